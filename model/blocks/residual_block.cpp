// SPDX-License-Identifier: Apache-2.0
#include "model/blocks/residual_block.hpp"

namespace rocm::model {

ResidualBlock ResidualBlock::load(const WeightScope& scope, const Shape& shape, AdapterPlan* plan) {
  const auto norm = [&](std::int64_t channels) -> GroupNorm::Shape {
    return {.channels = channels, .groups = shape.groups, .epsilon = shape.epsilon};
  };
  ResidualBlock block;
  block.norm1 = GroupNorm::load(scope / "norm1", norm(shape.in));
  block.conv1 = Conv2d::load(scope / "conv1", {.in = shape.in, .out = shape.out}, plan);
  block.norm2 = GroupNorm::load(scope / "norm2", norm(shape.out));
  block.conv2 = Conv2d::load(scope / "conv2", {.in = shape.out, .out = shape.out}, plan);
  if (shape.in != shape.out)
    block.shortcut =
        Conv2d::load(scope / "conv_shortcut",
                     {.in = shape.in, .out = shape.out, .kernel = 1, .padding = 0}, plan);
  return block;
}

at::Tensor ResidualBlock::operator()(const at::Tensor& x_BIHW) const {
  return finish(x_BIHW, conv1(norm1.then_silu(x_BIHW)), nullptr);
}

at::Tensor ResidualBlock::operator()(const at::Tensor& x_BIHW, const at::Tensor& shift_BO,
                                     const LowRankAdapter* adapter) const {
  const at::Tensor normed_BIHW = norm1.then_silu(x_BIHW);
  // A shift that all samples share is a bias, which costs nothing.
  if (shift_BO.size(0) == 1)
    return finish(x_BIHW, conv1.with_bias(shift_BO[0], normed_BIHW, adapter), adapter);
  const at::Tensor hidden_BOHW = conv1.with_bias({}, normed_BIHW, adapter);
  return finish(x_BIHW, hidden_BOHW.add(shift_BO.unsqueeze(2).unsqueeze(3)), adapter);
}

at::Tensor ResidualBlock::finish(const at::Tensor& x_BIHW, const at::Tensor& hidden_BOHW,
                                 const LowRankAdapter* adapter) const {
  const at::Tensor change_BOHW = conv2(norm2.then_silu(hidden_BOHW), adapter);
  return shortcut ? shortcut->add_to(change_BOHW, x_BIHW, adapter) : change_BOHW.add_(x_BIHW);
}

}  // namespace rocm::model
