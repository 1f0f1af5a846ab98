// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// GEGLU (Shazeer, arXiv 2002.05202): u gelu(v) for x = [u, v] along the last dimension, with the
/// exact error function. x [..., 2C] to [..., C]; keeps x alone for the backward pass.
at::Tensor gated_gelu(const at::Tensor& x);

}  // namespace rocm::model
