// SPDX-License-Identifier: Apache-2.0
#include "model/ops/narrow_attention_lanes.hpp"

namespace rocm::model {

NarrowKernels avx512_narrow_kernels() {
  return narrow_kernels<16>("avx512");
}

}  // namespace rocm::model
