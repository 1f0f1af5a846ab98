// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include <ATen/core/Tensor.h>

#include "model/keyed_noise.hpp"

namespace rocm::model {

/// What rewards see in training in place of the picture x itself, so that a policy cannot live on
/// patterns that only one exact picture makes: a random window of it, enlarged to the size of x,
/// with Gaussian noise. The window has the aspect of x up to whole pixels, sides of s times those
/// of x with s uniform in [crop, 1], and a uniform place. Draws: docs/noise.md.
struct Augmentation {
  double crop = 1.0;   ///< smallest side of the window [share of the side], in (0, 1]; 1: all of x
  double noise = 0.0;  ///< standard deviation [1, pixels being in 0..1]

  [[nodiscard]] bool enabled() const { return crop < 1.0 || noise > 0.0; }

  /// Pictures [B, 3, H, W] to pictures of the same shape, one key each: picture b depends on
  /// nothing but picture b and keys[b]. Differentiable. Noise is not clamped to 0..1.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& image_BCHW,
                                      std::span<const NoiseKey> keys) const;
};

}  // namespace rocm::model
