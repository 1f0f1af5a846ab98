// SPDX-License-Identifier: Apache-2.0
#include "model/blocks/bert_layer.hpp"

#include "model/ops/activation.hpp"
#include "model/ops/attention.hpp"

namespace rocm::model {

BertAttention BertAttention::load(const WeightScope& scope, const Shape& shape) {
  const Linear::Shape square{.in = shape.width, .out = shape.width};
  const Linear::Shape from_source{.in = shape.source_width, .out = shape.width};
  const WeightScope self = scope / "self";
  return {.query = Linear::load(self / "query", square),
          .key = Linear::load(self / "key", from_source),
          .value = Linear::load(self / "value", from_source),
          .dense = Linear::load(scope / "output.dense", square),
          .norm = LayerNorm::load(scope / "output.LayerNorm", shape.width, shape.norm_epsilon),
          .heads = shape.heads};
}

at::Tensor BertAttention::operator()(const at::Tensor& x_BLD, const at::Tensor& source_BSD,
                                     const at::Tensor& visible_BS) const {
  const at::Tensor mixed_BLD = attend(query(x_BLD), key(source_BSD), value(source_BSD),
                                      {.heads = heads, .visible_BS = visible_BS});
  return norm(dense.add_to(x_BLD, mixed_BLD));
}

BertLayer BertLayer::load(const WeightScope& scope, const Shape& shape) {
  BertAttention::Shape to_itself = shape.attention;
  to_itself.source_width = to_itself.width;
  const std::int64_t width = shape.attention.width;
  return {.attention = BertAttention::load(scope / "attention", to_itself),
          .cross_attention = BertAttention::load(scope / "crossattention", shape.attention),
          .intermediate =
              Linear::load(scope / "intermediate.dense", {.in = width, .out = shape.hidden_width}),
          .output = Linear::load(scope / "output.dense", {.in = shape.hidden_width, .out = width}),
          .output_norm =
              LayerNorm::load(scope / "output.LayerNorm", width, shape.attention.norm_epsilon)};
}

at::Tensor BertLayer::operator()(const at::Tensor& x_BLD, const at::Tensor& visible_BL,
                                 const at::Tensor& patches_BPE) const {
  at::Tensor y_BLD = attention(x_BLD, x_BLD, visible_BL);
  if (patches_BPE.defined()) y_BLD = cross_attention(y_BLD, patches_BPE, {});
  return output_norm(output.add_to(y_BLD, activate(Activation::kGelu, intermediate(y_BLD))));
}

}  // namespace rocm::model
