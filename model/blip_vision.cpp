// SPDX-License-Identifier: Apache-2.0
#include "model/blip_vision.hpp"

#include <ATen/ops/cat.h>

#include "dist/base/contract.hpp"
#include "model/ops/activation.hpp"
#include "model/ops/attention.hpp"
#include "model/ops/token_layout.hpp"

namespace rocm::model {

BlipVision::Layer BlipVision::Layer::load(const WeightScope& scope,
                                          const BlipVisionConfig& config) {
  const std::int64_t width = config.width;
  return {.norm1 = LayerNorm::load(scope / "layer_norm1", width, config.norm_epsilon),
          .qkv = Linear::load(scope / "self_attn.qkv", {.in = width, .out = 3 * width}),
          .projection = Linear::load(scope / "self_attn.projection", {.in = width, .out = width}),
          .norm2 = LayerNorm::load(scope / "layer_norm2", width, config.norm_epsilon),
          .fc1 = Linear::load(scope / "mlp.fc1", {.in = width, .out = config.hidden_width}),
          .fc2 = Linear::load(scope / "mlp.fc2", {.in = config.hidden_width, .out = width}),
          .heads = config.heads};
}

at::Tensor BlipVision::Layer::operator()(const at::Tensor& x_BLD) const {
  const auto qkv_BLD = qkv(norm1(x_BLD)).chunk(3, -1);
  const at::Tensor mixed_BLD = attend(qkv_BLD[0], qkv_BLD[1], qkv_BLD[2], {.heads = heads});
  const at::Tensor y_BLD = projection.add_to(x_BLD, mixed_BLD);
  return fc2.add_to(y_BLD, activate(Activation::kGelu, fc1(norm2(y_BLD))));
}

BlipVision::BlipVision(const BlipVisionConfig& config, const WeightScope& weights)
    : config_(config) {
  const WeightScope embeddings = weights / "embeddings";
  class_embedding_11D_ = embeddings.take("class_embedding", {1, 1, config.width});
  position_embedding_1LD_ =
      embeddings.take("position_embedding", {1, 1 + config.patches(), config.width});
  patch_embedding_ = Conv2d::load(embeddings / "patch_embedding", {.in = 3,
                                                                   .out = config.width,
                                                                   .kernel = config.patch_size,
                                                                   .stride = config.patch_size,
                                                                   .padding = 0});
  for (std::size_t i = 0; i < static_cast<std::size_t>(config.layers); ++i)
    layers_.push_back(Layer::load(weights / "encoder.layers" / i, config));
  last_norm_ = LayerNorm::load(weights / "post_layernorm", config.width, config.norm_epsilon);
}

at::Tensor BlipVision::operator()(const at::Tensor& pixels_BCHW) const {
  expects(pixels_BCHW.size(2) == config_.image_size && pixels_BCHW.size(3) == config_.image_size,
          "pictures of the vision tower's size");
  const at::Tensor patches_BPD = pixels_as_tokens(patch_embedding_(pixels_BCHW));
  const at::Tensor class_B1D = class_embedding_11D_.expand({pixels_BCHW.size(0), 1, -1});
  at::Tensor x_BLD = at::cat({class_B1D, patches_BPD}, 1).add(position_embedding_1LD_);
  for (const Layer& layer : layers_) x_BLD = layer(x_BLD);
  return last_norm_(x_BLD);
}

}  // namespace rocm::model
