// SPDX-License-Identifier: Apache-2.0
#include "model/clip_vision.hpp"

#include <vector>

#include <ATen/ops/cat.h>

#include "dist/base/contract.hpp"
#include "model/blocks/clip_layer.hpp"
#include "model/ops/token_layout.hpp"

namespace rocm::model {
namespace {

constexpr std::int64_t kColours = 3;

}  // namespace

struct ClipVision::Layers {
  ClipVisionConfig config;
  at::Tensor class_embedding_D;
  Conv2d patch_embedding;
  at::Tensor position_embedding_LD;  ///< the class token's, then the patches', row by row
  LayerNorm first_norm;
  std::vector<ClipLayer> layers;
  LayerNorm last_norm;
};

ClipVision::ClipVision(const ClipVisionConfig& config, const WeightScope& weights) {
  const std::int64_t width = config.encoder.width;
  const double epsilon = config.encoder.norm_epsilon;
  const WeightScope embeddings = weights / "embeddings";
  layers_ = std::make_unique<const Layers>(Layers{
      .config = config,
      .class_embedding_D = embeddings.take("class_embedding", {width}),
      .patch_embedding = Conv2d::load(embeddings / "patch_embedding", {.in = kColours,
                                                                       .out = width,
                                                                       .kernel = config.patch_size,
                                                                       .stride = config.patch_size,
                                                                       .padding = 0,
                                                                       .bias = Bias::kNone}),
      .position_embedding_LD =
          embeddings.take("position_embedding.weight", {1 + config.patches(), width}),
      // The files spell it like this.
      .first_norm = LayerNorm::load(weights / "pre_layrnorm", width, epsilon),
      .layers = load_clip_layers(weights, config.encoder, AttentionOptions::Mask::kNone),
      .last_norm = LayerNorm::load(weights / "post_layernorm", width, epsilon)});
}

ClipVision::~ClipVision() = default;
ClipVision::ClipVision(ClipVision&&) noexcept = default;
ClipVision& ClipVision::operator=(ClipVision&&) noexcept = default;

at::Tensor ClipVision::operator()(const at::Tensor& pixels_BCHW) const {
  const Layers& net = *layers_;
  expects(
      pixels_BCHW.size(2) == net.config.image_size && pixels_BCHW.size(3) == net.config.image_size,
      "pictures of the vision tower's size");
  const std::int64_t batch = pixels_BCHW.size(0);
  const at::Tensor patches_BLD = pixels_as_tokens(net.patch_embedding(pixels_BCHW));
  const at::Tensor class_B1D = net.class_embedding_D.expand({batch, 1, -1});
  const at::Tensor x_BLD = at::cat({class_B1D, patches_BLD}, 1).add(net.position_embedding_LD);
  return net.last_norm(apply_layers(net.layers, net.first_norm(x_BLD)).select(1, 0));
}

const ClipVisionConfig& ClipVision::config() const {
  return layers_->config;
}

}  // namespace rocm::model
