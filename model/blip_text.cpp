// SPDX-License-Identifier: Apache-2.0
#include "model/blip_text.hpp"

#include <ATen/ops/embedding.h>

#include "dist/base/contract.hpp"

namespace rocm::model {

BlipText::BlipText(const BlipTextConfig& config, std::int64_t picture_width,
                   const WeightScope& weights)
    : config_(config) {
  const std::int64_t width = config.width;
  const WeightScope embeddings = weights / "embeddings";
  word_embedding_VD_ = embeddings.take("word_embeddings.weight", {config.vocabulary, width});
  position_embedding_LD_ = embeddings.take("position_embeddings.weight", {config.positions, width});
  first_norm_ = LayerNorm::load(embeddings / "LayerNorm", width, config.norm_epsilon);
  const BertLayer::Shape shape{.attention = {.width = width,
                                             .source_width = picture_width,
                                             .heads = config.heads,
                                             .norm_epsilon = config.norm_epsilon},
                               .hidden_width = config.hidden_width};
  for (std::size_t i = 0; i < static_cast<std::size_t>(config.layers); ++i)
    layers_.push_back(BertLayer::load(weights / "encoder.layer" / i, shape));
}

at::Tensor BlipText::operator()(const BertTokens& tokens, const at::Tensor& patches_BPE) const {
  const std::int64_t length = tokens.ids_BL.size(1);
  expects(length <= config_.positions, "no more tokens than the text encoder has positions");
  const at::Tensor ids_BL = tokens.ids_BL.to(word_embedding_VD_.device());
  const at::Tensor visible_BL = tokens.mask_BL.to(ids_BL.device()).ne(0);
  at::Tensor x_BLD = first_norm_(
      at::embedding(word_embedding_VD_, ids_BL).add(position_embedding_LD_.narrow(0, 0, length)));
  for (const BertLayer& layer : layers_) x_BLD = layer(x_BLD, visible_BL, patches_BPE);
  return x_BLD;
}

}  // namespace rocm::model
