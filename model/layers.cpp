// SPDX-License-Identifier: Apache-2.0
#include "model/layers.hpp"

#include <utility>

#include <ATen/ops/conv2d.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/layer_norm.h>

#include "model/ops/channels_last.hpp"
#include "model/ops/frozen_convolution.hpp"
#include "model/ops/group_norm_silu.hpp"
#include "model/ops/projection.hpp"

namespace rocm::model {
namespace {

at::Tensor take_bias(const WeightScope& scope, Bias bias, std::int64_t out) {
  return bias == Bias::kPresent ? scope.take("bias", {out}) : at::Tensor();
}

int slot_of(const WeightScope& scope, AdapterPlan* plan, at::IntArrayRef weight_shape) {
  return plan == nullptr ? AdapterPlan::kNotAdapted : plan->add_layer(scope.path(), weight_shape);
}

bool is_adapted(int slot, const LowRankAdapter* adapter) {
  return adapter != nullptr && slot != AdapterPlan::kNotAdapted;
}

/// As the convolutions of this device and precision like it best.
at::Tensor laid_out(const at::Tensor& weight_OIKK) {
  return channels_come_last(weight_OIKK) ? weight_OIKK.contiguous(at::MemoryFormat::ChannelsLast)
                                         : weight_OIKK;
}

void add_pair(ProjectionTerms& terms, int slot, const LowRankAdapter* adapter) {
  if (!is_adapted(slot, adapter)) return;
  const LowRankPair pair = adapter->pair(slot);
  terms.pair = {.a = pair.a.flatten(1), .b = pair.b.flatten(1)};
  terms.scale = adapter->scale();
}

ProjectionTerms terms_of(const Linear& layer, const at::Tensor& x, const LowRankAdapter* adapter) {
  ProjectionTerms terms{
      .x = x, .weight_OI = layer.weight_OI, .bias_O = layer.bias_O, .residual = {}, .pair = {}};
  add_pair(terms, layer.slot, adapter);
  return terms;
}

}  // namespace

Linear Linear::load(const WeightScope& scope, const Shape& shape, AdapterPlan* plan) {
  return {.weight_OI = scope.take_matrix("weight", {shape.out, shape.in}),
          .bias_O = take_bias(scope, shape.bias, shape.out),
          .slot = slot_of(scope, plan, {shape.out, shape.in})};
}

Linear Linear::load_1x1(const WeightScope& scope, const Shape& shape, AdapterPlan* plan) {
  const at::Tensor weight_OI11 = scope.take("weight", {shape.out, shape.in, 1, 1});
  return {.weight_OI = weight_OI11.flatten(1),
          .bias_O = take_bias(scope, shape.bias, shape.out),
          .slot = slot_of(scope, plan, weight_OI11.sizes())};
}

at::Tensor Linear::operator()(const at::Tensor& x, const LowRankAdapter* adapter) const {
  return project(terms_of(*this, x, adapter));
}

at::Tensor Linear::add_to(const at::Tensor& residual, const at::Tensor& x,
                          const LowRankAdapter* adapter) const {
  ProjectionTerms terms = terms_of(*this, x, adapter);
  terms.residual = residual;
  if (residual.dim() != x.dim()) terms.shape = residual.sizes().vec();  // tokens onto a feature map
  return project(terms);
}

at::Tensor Linear::tokens_of(const at::Tensor& x_BIHW, const LowRankAdapter* adapter) const {
  ProjectionTerms terms = terms_of(*this, x_BIHW, adapter);
  terms.shape = {x_BIHW.size(0), x_BIHW.size(2) * x_BIHW.size(3), weight_OI.size(0)};
  return project(terms);
}

Conv2d Conv2d::load(const WeightScope& scope, const Shape& shape, AdapterPlan* plan) {
  const at::Tensor weight_OIKK =
      scope.take("weight", {shape.out, shape.in, shape.kernel, shape.kernel});
  return {.weight_OIKK = laid_out(weight_OIKK),
          .bias_O = take_bias(scope, shape.bias, shape.out),
          .stride = shape.stride,
          .padding = shape.padding,
          .slot = slot_of(scope, plan, weight_OIKK.sizes()),
          .packed = pack_kernel(weight_OIKK, shape.stride, shape.padding),
          .packed_transposed = pack_transposed_kernel(weight_OIKK, shape.stride, shape.padding)};
}

at::Tensor Conv2d::operator()(const at::Tensor& x_BIHW, const LowRankAdapter* adapter) const {
  return with_bias(bias_O, x_BIHW, adapter);
}

at::Tensor Conv2d::add_to(at::Tensor residual_BOHW, const at::Tensor& x_BIHW,
                          const LowRankAdapter* adapter) const {
  const bool pointwise = weight_OIKK[0][0].numel() == 1 && stride == 1 && padding == 0;
  if (!pointwise || !channels_come_last(x_BIHW))
    return residual_BOHW.add_((*this)(x_BIHW, adapter));
  const at::Tensor weight_OI =
      weight_OIKK.flatten(1);  // a matrix product is faster than oneDNN here
  ProjectionTerms terms{.x = x_BIHW,
                        .weight_OI = weight_OI,
                        .bias_O = bias_O,
                        .residual = std::move(residual_BOHW),
                        .pair = {}};
  add_pair(terms, slot, adapter);
  return project(terms);
}

at::Tensor Conv2d::with_bias(const at::Tensor& other_bias_O, const at::Tensor& x_BIHW,
                             const LowRankAdapter* adapter) const {
  at::Tensor y_BOHW = frozen_convolve({.weight_OIKK = weight_OIKK,
                                       .bias_O = other_bias_O,
                                       .stride = stride,
                                       .padding = padding,
                                       .packed = packed,
                                       .packed_transposed = packed_transposed},
                                      x_BIHW);
  if (!is_adapted(slot, adapter)) return y_BOHW;
  const LowRankPair pair = adapter->pair(slot);
  const at::Tensor hidden_BRHW =
      at::conv2d(x_BIHW.to(pair.a.scalar_type()), pair.a, /*bias=*/{}, stride, padding);
  return y_BOHW.add(at::conv2d(hidden_BRHW, pair.b).mul(adapter->scale()).to(y_BOHW.dtype()));
}

GroupNorm GroupNorm::load(const WeightScope& scope, const Shape& shape) {
  return {.weight_C = scope.take("weight", {shape.channels}),
          .bias_C = scope.take("bias", {shape.channels}),
          .groups = shape.groups,
          .epsilon = shape.epsilon};
}

at::Tensor GroupNorm::operator()(const at::Tensor& x) const {
  if (channels_come_last(x))
    return channels_last_norm(
        x, {.weight_C = weight_C, .bias_C = bias_C, .groups = groups, .epsilon = epsilon},
        AfterNorm::kNothing);
  return at::group_norm(x, groups, weight_C, bias_C, epsilon);
}

at::Tensor GroupNorm::then_silu(const at::Tensor& x) const {
  return group_norm_silu(x, weight_C, bias_C, groups, epsilon);
}

LayerNorm LayerNorm::load(const WeightScope& scope, std::int64_t channels, double epsilon) {
  return {.weight_C = scope.take("weight", {channels}),
          .bias_C = scope.take("bias", {channels}),
          .epsilon = epsilon};
}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, weight_C.sizes(), weight_C, bias_C, epsilon);
}

}  // namespace rocm::model
