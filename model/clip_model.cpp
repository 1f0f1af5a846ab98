// SPDX-License-Identifier: Apache-2.0
#include "model/clip_model.hpp"

#include "model/unit_vector.hpp"

namespace rocm::model {
namespace {

Linear::Shape to_embedding(std::int64_t width, const ClipConfig& config) {
  return {.in = width, .out = config.embedding_width, .bias = Bias::kNone};
}

}  // namespace

ClipModel::ClipModel(const ClipConfig& config, const WeightScope& weights)
    : config_(config),
      text_(config.text, weights / "text_model"),
      vision_(config.vision, weights / "vision_model"),
      text_projection_(Linear::load(weights / "text_projection",
                                    to_embedding(config.text.encoder.width, config))),
      image_projection_(Linear::load(weights / "visual_projection",
                                     to_embedding(config.vision.encoder.width, config))),
      scale_(weights.take("logit_scale", {}).exp()) {
}

at::Tensor ClipModel::text_features(const at::Tensor& ids_BL) const {
  return text_projection_(text_(ids_BL).pooled_BD);
}

at::Tensor ClipModel::image_features(const at::Tensor& pixels_BCHW) const {
  return image_projection_(vision_(pixels_BCHW));
}

at::Tensor ClipModel::text_embeddings(const at::Tensor& ids_BL) const {
  return unit_vector(text_features(ids_BL));
}

at::Tensor ClipModel::image_embeddings(const at::Tensor& pixels_BCHW) const {
  return unit_vector(image_features(pixels_BCHW));
}

}  // namespace rocm::model
