// SPDX-License-Identifier: Apache-2.0
#include "model/ops/feature_lanes.hpp"
#include "model/ops/narrow_attention_lanes.hpp"

namespace rocm::model {

NarrowKernels avx512_narrow_kernels() {
  return narrow_kernels<16>("avx512");
}

FeatureKernels avx512_feature_kernels() {
  return feature_kernels<8>("avx512");  // rows of 24, 40 or 120 channels leave nothing over
}

}  // namespace rocm::model
