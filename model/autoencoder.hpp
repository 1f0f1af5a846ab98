// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <ATen/core/Tensor.h>

#include "model/autoencoder_config.hpp"
#include "model/weights.hpp"

namespace rocm::model {

/// diffusers' AutoencoderKL: pixels to latents and back. Frozen; gradients reach the input only.
///
/// Shapes: images [B, 3, H, W] in about -1 ... 1, latents [B, C, H/f, W/f] with f = downscale().
/// No scaling factor is applied here: the latents of a U-Net are scaling_factor times these.
class Autoencoder {
 public:
  /// The diagonal Gaussian q(z | image).
  struct Posterior {
    at::Tensor mean_BCHW;
    at::Tensor log_variance_BCHW;  ///< clamped to -30 ... 20
  };

  /// Throws Failure(kInput) when tensors are missing or misshapen.
  Autoencoder(const AutoencoderConfig& config, const WeightScope& weights);
  ~Autoencoder();
  Autoencoder(const Autoencoder&) = delete;
  Autoencoder& operator=(const Autoencoder&) = delete;
  Autoencoder(Autoencoder&&) noexcept;
  Autoencoder& operator=(Autoencoder&&) noexcept;

  [[nodiscard]] at::Tensor decode(const at::Tensor& latent_BCHW) const;
  [[nodiscard]] Posterior encode(const at::Tensor& image_BCHW) const;

  [[nodiscard]] const AutoencoderConfig& config() const;

 private:
  struct Layers;
  std::unique_ptr<const Layers> layers_;
};

}  // namespace rocm::model
