// SPDX-License-Identifier: Apache-2.0
#include "model/blip_model.hpp"

#include "dist/base/contract.hpp"
#include "model/unit_vector.hpp"

namespace rocm::model {
namespace {

std::optional<Linear> load_match_head(const BlipConfig& config, const WeightScope& weights) {
  const WeightScope head = weights / "itm_head";
  if (!head.has("weight")) return {};
  return Linear::load(head, {.in = config.text.width, .out = 2});
}

}  // namespace

BlipModel::BlipModel(const BlipConfig& config, const WeightScope& weights)
    : config_(config),
      vision_(config.vision, weights / "vision_model"),
      text_(config.text, config.vision.width, weights / "text_encoder"),
      image_projection_(Linear::load(weights / "vision_proj",
                                     {.in = config.vision.width, .out = config.embedding_width})),
      text_projection_(Linear::load(weights / "text_proj",
                                    {.in = config.text.width, .out = config.embedding_width})),
      match_head_(load_match_head(config, weights)) {
}

at::Tensor BlipModel::image_embeddings(const at::Tensor& pixels_BCHW) const {
  return unit_vector(image_projection_(vision_(pixels_BCHW).select(1, 0)));
}

at::Tensor BlipModel::text_embeddings(const BertTokens& tokens) const {
  return unit_vector(text_projection_(text_(tokens).select(1, 0)));
}

at::Tensor BlipModel::joint_features(const at::Tensor& pixels_BCHW,
                                     const BertTokens& tokens) const {
  return text_(tokens, vision_(pixels_BCHW)).select(1, 0);
}

at::Tensor BlipModel::match_logits(const at::Tensor& pixels_BCHW, const BertTokens& tokens) const {
  expects(can_match(), "a checkpoint with itm_head");
  return (*match_head_)(joint_features(pixels_BCHW, tokens));
}

}  // namespace rocm::model
