// SPDX-License-Identifier: Apache-2.0
#include "model/ops/channels_last.hpp"
#include "model/ops/narrow_attention.hpp"

namespace rocm::model {
namespace {

bool has_avx2() {
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
}

bool has_avx512() {
  return has_avx2() && __builtin_cpu_supports("avx512f") != 0;
}

}  // namespace

std::vector<NarrowKernels> runnable_narrow_kernels() {
  std::vector<NarrowKernels> kernels;
  if (has_avx512()) kernels.push_back(avx512_narrow_kernels());
  if (has_avx2()) kernels.push_back(avx2_narrow_kernels());
  kernels.push_back(baseline_narrow_kernels());
  return kernels;
}

std::vector<FeatureKernels> runnable_feature_kernels() {
  std::vector<FeatureKernels> kernels;
  if (has_avx512()) kernels.push_back(avx512_feature_kernels());
  if (has_avx2()) kernels.push_back(avx2_feature_kernels());
  kernels.push_back(baseline_feature_kernels());
  return kernels;
}

}  // namespace rocm::model
