// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace rocm::model {

enum class Interpolation : std::uint8_t { kBicubic, kBilinear };

/// How torchvision resizes a floating-point picture: torch's kernels, differentiable, no rounding
/// to bytes and no clamping. With antialias the kernel widens as the picture shrinks (and bicubic
/// has a = -1/2); without it only the nearest pixels count (a = -3/4), as before torchvision 0.17.
struct TensorResize {
  Interpolation interpolation = Interpolation::kBicubic;
  bool antialias = true;

  /// [B, 3, H, W] to [B, 3, height, width]; the picture itself where it has that size.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& image_BCHW, std::int64_t height,
                                      std::int64_t width) const;
};

}  // namespace rocm::model
