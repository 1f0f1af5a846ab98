// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "model/autoencoder.hpp"

namespace rocm::model {

/// Latents to pictures, as a pipeline does it: decode(latent / scaling_factor), then
/// clamp(x / 2 + 1/2, 0, 1). Differentiable; the clamp stops gradients of pixels out of range.
class ImageDecoder {
 public:
  explicit ImageDecoder(Autoencoder autoencoder);

  /// latent_BCHW -> image [B, 3, H, W] in 0..1, in the latent's dtype.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& latent_BCHW) const;

  [[nodiscard]] const Autoencoder& autoencoder() const { return autoencoder_; }

 private:
  Autoencoder autoencoder_;
};

/// round-half-even(255 * image): uint8 [B, H, W, 3], what a PNG of it holds.
[[nodiscard]] at::Tensor to_pixels_BHWC(const at::Tensor& image_BCHW);

}  // namespace rocm::model
