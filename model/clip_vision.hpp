// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <ATen/core/Tensor.h>

#include "model/clip_config.hpp"
#include "model/weights.hpp"

namespace rocm::model {

/// transformers' CLIPVisionModel: preprocessed pixels to one vector. Frozen; gradients reach the
/// pixels only.
class ClipVision {
 public:
  /// weights: the scope `vision_model`. Throws Failure(kInput).
  ClipVision(const ClipVisionConfig& config, const WeightScope& weights);
  ~ClipVision();
  ClipVision(const ClipVision&) = delete;
  ClipVision& operator=(const ClipVision&) = delete;
  ClipVision(ClipVision&&) noexcept;
  ClipVision& operator=(ClipVision&&) noexcept;

  /// pixels [B, 3, S, S], normalised, S = image_size, to the class token's vector [B, D] after the
  /// last layer norm.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& pixels_BCHW) const;

  [[nodiscard]] const ClipVisionConfig& config() const;

 private:
  struct Layers;
  std::unique_ptr<const Layers> layers_;
};

}  // namespace rocm::model
