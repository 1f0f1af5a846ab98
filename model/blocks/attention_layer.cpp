// SPDX-License-Identifier: Apache-2.0
#include "model/blocks/attention_layer.hpp"

#include "model/ops/attention.hpp"

namespace rocm::model {
namespace {

bool is_coarse(const at::Tensor& x) {
  return x.scalar_type() == at::kHalf || x.scalar_type() == at::kBFloat16;
}

}  // namespace

AttentionLayer AttentionLayer::load(const WeightScope& scope, const Shape& shape,
                                    AdapterPlan* plan) {
  const auto projection = [&](std::int64_t in) -> Linear::Shape {
    return {.in = in, .out = shape.channels, .bias = shape.qkv_bias};
  };
  return {.to_q = Linear::load(scope / "to_q", projection(shape.channels), plan),
          .to_k = Linear::load(scope / "to_k", projection(shape.source_width), plan),
          .to_v = Linear::load(scope / "to_v", projection(shape.source_width), plan),
          .to_out = Linear::load(scope / "to_out" / "0",
                                 {.in = shape.channels, .out = shape.channels}, plan),
          .heads = shape.heads,
          .upcast = shape.upcast};
}

at::Tensor AttentionLayer::add_to(const at::Tensor& residual_BLC, const at::Tensor& x_BLC,
                                  const LowRankAdapter* adapter) const {
  return add_to(residual_BLC, x_BLC, to_k(x_BLC, adapter), to_v(x_BLC, adapter), adapter);
}

at::Tensor AttentionLayer::add_to(const at::Tensor& residual_BLC, const at::Tensor& x_BLC,
                                  const at::Tensor& key_BSC, const at::Tensor& value_BSC,
                                  const LowRankAdapter* adapter) const {
  const at::Tensor query_BLC = to_q(x_BLC, adapter);
  const AttentionOptions options{.heads = heads};
  if (!upcast || !is_coarse(x_BLC))
    return to_out.add_to(residual_BLC, attend(query_BLC, key_BSC, value_BSC, options), adapter);
  const at::Tensor mixed_BLC =
      attend(query_BLC.to(at::kFloat), key_BSC.to(at::kFloat), value_BSC.to(at::kFloat), options);
  return to_out.add_to(residual_BLC, mixed_BLC.to(x_BLC.scalar_type()), adapter);
}

}  // namespace rocm::model
