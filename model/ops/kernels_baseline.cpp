// SPDX-License-Identifier: Apache-2.0
#include "model/ops/feature_lanes.hpp"
#include "model/ops/narrow_attention_lanes.hpp"

namespace rocm::model {

NarrowKernels baseline_narrow_kernels() {
  return narrow_kernels<4>("baseline");
}

FeatureKernels baseline_feature_kernels() {
  return feature_kernels<4>("baseline");
}

}  // namespace rocm::model
