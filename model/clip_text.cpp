// SPDX-License-Identifier: Apache-2.0
#include "model/clip_text.hpp"

#include <vector>

#include <ATen/ops/arange.h>
#include <ATen/ops/embedding.h>

#include "dist/base/contract.hpp"
#include "model/blocks/clip_layer.hpp"

namespace rocm::model {
namespace {

/// transformers keeps another pooling rule for files whose configuration says 2.
constexpr std::int64_t kHistoricEndToken = 2;

/// The position of the end token in each row.
at::Tensor end_position(const at::Tensor& ids_BL, std::int64_t end_token) {
  if (end_token == kHistoricEndToken) return ids_BL.argmax(-1);
  return ids_BL.eq(end_token).to(at::kInt).argmax(-1);
}

}  // namespace

struct ClipText::Layers {
  ClipTextConfig config;
  FrozenMatrix token_embedding_VD;
  at::Tensor position_embedding_LD;
  std::vector<ClipLayer> layers;
  LayerNorm final_norm;
};

ClipText::ClipText(const ClipTextConfig& config, const WeightScope& weights) {
  const std::int64_t width = config.encoder.width;
  const WeightScope embeddings = weights / "embeddings";
  layers_ = std::make_unique<const Layers>(Layers{
      .config = config,
      .token_embedding_VD =
          embeddings.take_matrix("token_embedding.weight", {config.vocabulary, width}),
      .position_embedding_LD =
          embeddings.take("position_embedding.weight", {config.positions, width}),
      .layers = load_clip_layers(weights, config.encoder, AttentionOptions::Mask::kCausal),
      .final_norm =
          LayerNorm::load(weights / "final_layer_norm", width, config.encoder.norm_epsilon)});
}

ClipText::~ClipText() = default;
ClipText::ClipText(ClipText&&) noexcept = default;
ClipText& ClipText::operator=(ClipText&&) noexcept = default;

ClipText::Output ClipText::operator()(const at::Tensor& ids_BL) const {
  const Layers& net = *layers_;
  const std::int64_t length = ids_BL.size(1);
  expects(length <= net.config.positions, "no more tokens than the text encoder has positions");
  const at::Tensor ids = ids_BL.to(net.position_embedding_LD.device());
  const at::Tensor x_BLD = at::embedding(net.token_embedding_VD.stored(), ids)
                               .to(net.position_embedding_LD.scalar_type())
                               .add(net.position_embedding_LD.narrow(0, 0, length));
  const at::Tensor hidden_BLD = net.final_norm(apply_layers(net.layers, x_BLD));
  const at::Tensor row = at::arange(ids.size(0), ids.options());
  return {.hidden_BLD = hidden_BLD,
          .pooled_BD = hidden_BLD.index({row, end_position(ids, net.config.end_token)})};
}

const ClipTextConfig& ClipText::config() const {
  return layers_->config;
}

}  // namespace rocm::model
