// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <ATen/core/Tensor.h>

namespace rocm::model {

// Shape legend: B images, H x W pixels.

/// How well pictures fit their captions, as the score's authors define it: a metric.
class Score {
 public:
  virtual ~Score() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Raw scores, float64 [B], of uint8 pictures [B, H, W, 3] with the published preprocessing.
  [[nodiscard]] virtual at::Tensor measure(const at::Tensor& pixels_BHWC,
                                           std::span<const std::string> captions) const = 0;
};

/// A score of pictures that are tensors: what the policy is trained on.
class Reward : public Score {
 public:
  /// Raw scores [B] of pictures [B, 3, H, W] in 0..1, on their device. If differentiable(), they
  /// carry the pictures' graph and pictures are not rounded to bytes.
  [[nodiscard]] virtual at::Tensor evaluate(const at::Tensor& image_BCHW,
                                            std::span<const std::string> captions) const = 0;

  /// False for rules without a gradient, which only policy-gradient methods can climb.
  [[nodiscard]] virtual bool differentiable() const { return true; }
};

}  // namespace rocm::model
