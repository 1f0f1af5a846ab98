// SPDX-License-Identifier: Apache-2.0
#include "model/ops/narrow_attention.hpp"

namespace rocm::model {

std::vector<NarrowKernels> runnable_narrow_kernels() {
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") != 0;
  std::vector<NarrowKernels> kernels;
  if (avx512) kernels.push_back(avx512_narrow_kernels());
  if (avx2) kernels.push_back(avx2_narrow_kernels());
  kernels.push_back(baseline_narrow_kernels());
  return kernels;
}

}  // namespace rocm::model
