// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// x / |x| over the last dimension.
inline at::Tensor unit_vector(const at::Tensor& x) {
  return x.div(x.norm(2, -1, /*keepdim=*/true));
}

}  // namespace rocm::model
