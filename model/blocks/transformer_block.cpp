// SPDX-License-Identifier: Apache-2.0
#include "model/blocks/transformer_block.hpp"

#include "model/ops/gated_gelu.hpp"

namespace rocm::model {
namespace {

constexpr double kLayerNormEpsilon = 1e-5;
constexpr std::int64_t kFeedForwardFactor = 4;

AttentionLayer::Shape attention(const TransformerBlock::Shape& shape, std::int64_t source_width) {
  return {.channels = shape.channels,
          .source_width = source_width,
          .heads = shape.heads,
          .upcast = shape.upcast};
}

}  // namespace

TransformerBlock TransformerBlock::load(const WeightScope& scope, const Shape& shape,
                                        AdapterPlan* plan) {
  const std::int64_t channels = shape.channels;
  const std::int64_t hidden = kFeedForwardFactor * channels;
  TransformerBlock block;
  block.norm1 = LayerNorm::load(scope / "norm1", channels, kLayerNormEpsilon);
  block.self_attention = AttentionLayer::load(scope / "attn1", attention(shape, channels), plan);
  block.norm2 = LayerNorm::load(scope / "norm2", channels, kLayerNormEpsilon);
  block.text_attention =
      AttentionLayer::load(scope / "attn2", attention(shape, shape.text_width), plan);
  block.norm3 = LayerNorm::load(scope / "norm3", channels, kLayerNormEpsilon);
  block.feed_in = Linear::load(scope / "ff.net.0.proj", {.in = channels, .out = 2 * hidden}, plan);
  block.feed_out = Linear::load(scope / "ff.net.2", {.in = hidden, .out = channels}, plan);
  return block;
}

at::Tensor TransformerBlock::operator()(const at::Tensor& x_BLC, const at::Tensor& key_BSC,
                                        const at::Tensor& value_BSC,
                                        const LowRankAdapter* adapter) const {
  const at::Tensor y_BLC = self_attention.add_to(x_BLC, norm1(x_BLC), adapter);
  const at::Tensor z_BLC = text_attention.add_to(y_BLC, norm2(y_BLC), key_BSC, value_BSC, adapter);
  return feed_out.add_to(z_BLC, gated_gelu(feed_in(norm3(z_BLC), adapter)), adapter);
}

}  // namespace rocm::model
