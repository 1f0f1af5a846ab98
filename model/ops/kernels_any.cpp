// SPDX-License-Identifier: Apache-2.0
#include "model/ops/channels_last.hpp"
#include "model/ops/narrow_attention.hpp"

namespace rocm::model {

std::vector<NarrowKernels> runnable_narrow_kernels() {
  return {baseline_narrow_kernels()};
}

std::vector<FeatureKernels> runnable_feature_kernels() {
  return {baseline_feature_kernels()};
}

}  // namespace rocm::model
