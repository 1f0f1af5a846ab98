// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// [B, C, H, W] as the tokens [B, H W, C], without a copy.
inline at::Tensor pixels_as_tokens(const at::Tensor& x_BCHW) {
  return x_BCHW.flatten(2).transpose(1, 2);
}

/// [B, H W, C] as the pixels [B, C, H, W] of the given shape, without a copy.
inline at::Tensor tokens_as_pixels(const at::Tensor& x_BLC, at::IntArrayRef shape_BCHW) {
  return x_BLC.transpose(1, 2).view({shape_BCHW[0], x_BLC.size(2), shape_BCHW[2], shape_BCHW[3]});
}

}  // namespace rocm::model
