// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/tensor_resize.hpp"

#include <array>

#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/_upsample_bilinear2d_aa.h>
#include <ATen/ops/upsample_bicubic2d.h>
#include <ATen/ops/upsample_bilinear2d.h>

namespace rocm::model {

at::Tensor TensorResize::operator()(const at::Tensor& image_BCHW, std::int64_t height,
                                    std::int64_t width) const {
  if (image_BCHW.size(2) == height && image_BCHW.size(3) == width) return image_BCHW;
  const std::array<std::int64_t, 2> size{height, width};
  constexpr bool align_corners = false;
  if (interpolation == Interpolation::kBilinear)
    return antialias ? at::_upsample_bilinear2d_aa(image_BCHW, size, align_corners)
                     : at::upsample_bilinear2d(image_BCHW, size, align_corners);
  return antialias ? at::_upsample_bicubic2d_aa(image_BCHW, size, align_corners)
                   : at::upsample_bicubic2d(image_BCHW, size, align_corners);
}

}  // namespace rocm::model
