// SPDX-License-Identifier: Apache-2.0
#include "model/blocks/spatial_transformer.hpp"

#include "model/ops/channels_last.hpp"

namespace rocm::model {
namespace {

constexpr double kGroupNormEpsilon = 1e-6;

}  // namespace

SpatialTransformer SpatialTransformer::load(const WeightScope& scope, const Shape& shape,
                                            AdapterPlan* plan) {
  const std::int64_t channels = shape.block.channels;
  const auto load = shape.linear_projection ? &Linear::load : &Linear::load_1x1;
  const Linear::Shape square{.in = channels, .out = channels};
  SpatialTransformer transformer;
  transformer.norm = GroupNorm::load(
      scope / "norm", {.channels = channels, .groups = shape.groups, .epsilon = kGroupNormEpsilon});
  transformer.proj_in = load(scope / "proj_in", square, plan);
  for (std::size_t i = 0; i < static_cast<std::size_t>(shape.layers); ++i)
    transformer.blocks.push_back(
        TransformerBlock::load(scope / "transformer_blocks" / i, shape.block, plan));
  transformer.proj_out = load(scope / "proj_out", square, plan);
  return transformer;
}

at::Tensor SpatialTransformer::operator()(const at::Tensor& x_BCHW,
                                          std::span<const at::Tensor> keys_BSC,
                                          std::span<const at::Tensor> values_BSC,
                                          const LowRankAdapter* adapter) const {
  at::Tensor x_BLC = proj_in.tokens_of(norm(x_BCHW), adapter);
  for (std::size_t i = 0; i < blocks.size(); ++i)
    x_BLC = blocks[i](x_BLC, keys_BSC[i], values_BSC[i], adapter);
  const at::Tensor y_BCHW = proj_out.add_to(x_BCHW, x_BLC, adapter);
  return channels_come_last(y_BCHW) ? y_BCHW : y_BCHW.contiguous();
}

}  // namespace rocm::model
