// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "model/blip_config.hpp"
#include "model/layers.hpp"
#include "model/weights.hpp"

namespace rocm::model {

// Shape legend: B pictures, P patches, D width.

/// transformers' BlipVisionModel: preprocessed pixels to a vector per patch. Frozen; gradients
/// reach the pixels only.
class BlipVision {
 public:
  /// weights: the scope `vision_model`. Throws Failure(kInput).
  BlipVision(const BlipVisionConfig& config, const WeightScope& weights);

  /// pixels [B, 3, S, S], normalised, S = image_size, to [B, 1 + P, D], the class token first,
  /// after the last layer norm.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& pixels_BCHW) const;

  [[nodiscard]] const BlipVisionConfig& config() const { return config_; }

 private:
  /// Pre-norm self attention with one projection for query, key and value, and a two-layer network.
  struct Layer {
    LayerNorm norm1;
    Linear qkv, projection;
    LayerNorm norm2;
    Linear fc1, fc2;
    std::int64_t heads = 1;

    static Layer load(const WeightScope& scope, const BlipVisionConfig& config);
    [[nodiscard]] at::Tensor operator()(const at::Tensor& x_BLD) const;
  };

  BlipVisionConfig config_;
  at::Tensor class_embedding_11D_;
  at::Tensor position_embedding_1LD_;
  Conv2d patch_embedding_;
  std::vector<Layer> layers_;
  LayerNorm last_norm_;
};

}  // namespace rocm::model
