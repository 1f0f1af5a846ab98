// SPDX-License-Identifier: Apache-2.0
#include "model/ops/feature_lanes.hpp"
#include "model/ops/narrow_attention_lanes.hpp"

namespace rocm::model {

NarrowKernels avx2_narrow_kernels() {
  return narrow_kernels<8>("avx2");
}

FeatureKernels avx2_feature_kernels() {
  return feature_kernels<8>("avx2");
}

}  // namespace rocm::model
