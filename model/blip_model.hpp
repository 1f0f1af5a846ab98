// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <ATen/core/Tensor.h>

#include "model/blip_config.hpp"
#include "model/blip_text.hpp"
#include "model/blip_vision.hpp"
#include "model/layers.hpp"
#include "model/weights.hpp"

namespace rocm::model {

// Shape legend: B pairs, E width of the common space.

/// BLIP (Li et al., arXiv 2201.12086; transformers' BlipForImageTextRetrieval): how well pictures
/// and captions agree. Frozen; gradients reach the pixels.
class BlipModel {
 public:
  /// weights: `vision_model`, `text_encoder`, `vision_proj`, `text_proj` and, in checkpoints for
  /// retrieval, `itm_head`. Throws Failure(kInput).
  BlipModel(const BlipConfig& config, const WeightScope& weights);

  /// Unit vectors [B, E] whose products are the image-text contrast (ITC).
  [[nodiscard]] at::Tensor image_embeddings(const at::Tensor& pixels_BCHW) const;
  [[nodiscard]] at::Tensor text_embeddings(const BertTokens& tokens) const;

  /// Image-text matching (ITM), [B, 2]: the logits of "no" and "yes".
  [[nodiscard]] at::Tensor match_logits(const at::Tensor& pixels_BCHW,
                                        const BertTokens& tokens) const;

  /// The first token's vector [B, D] after reading the caption while looking at the picture.
  [[nodiscard]] at::Tensor joint_features(const at::Tensor& pixels_BCHW,
                                          const BertTokens& tokens) const;

  [[nodiscard]] bool can_match() const { return match_head_.has_value(); }

  [[nodiscard]] const BlipConfig& config() const { return config_; }

  /// Type and device of the weights.
  [[nodiscard]] at::TensorOptions options() const {
    return text_projection_.weight_OI.stored().options();
  }

 private:
  BlipConfig config_;
  BlipVision vision_;
  BlipText text_;
  Linear image_projection_;
  Linear text_projection_;
  std::optional<Linear> match_head_;
};

}  // namespace rocm::model
