// SPDX-License-Identifier: Apache-2.0
#include "model/blocks/clip_layer.hpp"

namespace rocm::model {

ClipLayer ClipLayer::load(const WeightScope& scope, const ClipEncoderConfig& config,
                          AttentionOptions::Mask mask) {
  const Linear::Shape square{.in = config.width, .out = config.width};
  const WeightScope attention = scope / "self_attn";
  ClipLayer layer;
  layer.norm1 = LayerNorm::load(scope / "layer_norm1", config.width, config.norm_epsilon);
  layer.q_proj = Linear::load(attention / "q_proj", square);
  layer.k_proj = Linear::load(attention / "k_proj", square);
  layer.v_proj = Linear::load(attention / "v_proj", square);
  layer.out_proj = Linear::load(attention / "out_proj", square);
  layer.norm2 = LayerNorm::load(scope / "layer_norm2", config.width, config.norm_epsilon);
  layer.fc1 = Linear::load(scope / "mlp.fc1", {.in = config.width, .out = config.hidden_width});
  layer.fc2 = Linear::load(scope / "mlp.fc2", {.in = config.hidden_width, .out = config.width});
  layer.activation = config.activation;
  layer.attention = {.heads = config.heads, .mask = mask};
  return layer;
}

at::Tensor ClipLayer::operator()(const at::Tensor& x_BLD) const {
  const at::Tensor normed_BLD = norm1(x_BLD);
  const at::Tensor mixed_BLD =
      attend(q_proj(normed_BLD), k_proj(normed_BLD), v_proj(normed_BLD), attention);
  const at::Tensor y_BLD = out_proj.add_to(x_BLD, mixed_BLD);
  return fc2.add_to(y_BLD, activate(activation, fc1(norm2(y_BLD))));
}

std::vector<ClipLayer> load_clip_layers(const WeightScope& scope, const ClipEncoderConfig& config,
                                        AttentionOptions::Mask mask) {
  std::vector<ClipLayer> layers;
  for (std::size_t i = 0; i < static_cast<std::size_t>(config.layers); ++i)
    layers.push_back(ClipLayer::load(scope / "encoder.layers" / i, config, mask));
  return layers;
}

at::Tensor apply_layers(const std::vector<ClipLayer>& layers, at::Tensor x_BLD) {
  for (const ClipLayer& layer : layers) x_BLD = layer(x_BLD);
  return x_BLD;
}

}  // namespace rocm::model
