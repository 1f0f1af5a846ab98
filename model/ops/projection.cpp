// SPDX-License-Identifier: Apache-2.0
#include "model/ops/projection.hpp"

#include <ATen/ops/_unsafe_view.h>
#include <ATen/ops/add.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>

#include "model/ops/derivative_node.hpp"

namespace rocm::model {
namespace {

// Shape legend: N rows (all leading dimensions of x), I inputs, O outputs, R rank.

bool is_feature_map(at::IntArrayRef shape) {
  return shape.size() == 4;
}

at::Tensor rows_of(const at::Tensor& x) {
  if (!is_feature_map(x.sizes())) return x.reshape({-1, x.size(-1)});
  return x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)});
}

at::Tensor shaped(const at::Tensor& rows, at::IntArrayRef shape) {
  if (!is_feature_map(shape)) return at::_unsafe_view(rows, shape);
  return at::_unsafe_view(rows, {shape[0], shape[2], shape[3], shape[1]}).permute({0, 3, 1, 2});
}

std::vector<std::int64_t> result_shape(const ProjectionTerms& terms) {
  if (!terms.shape.empty()) return terms.shape;
  std::vector<std::int64_t> shape = terms.x.sizes().vec();
  (is_feature_map(shape) ? shape[1] : shape.back()) = terms.weight_OI.size(0);
  return shape;
}

/// residual + x W^T + b, in a fresh tensor.
at::Tensor frozen_part(const ProjectionTerms& terms, const at::Tensor& x_NI) {
  const at::Tensor weight_IO = terms.weight_OI.in(x_NI.scalar_type()).t();
  if (!terms.residual.defined())
    return terms.bias_O.defined() ? at::addmm(terms.bias_O, x_NI, weight_IO)
                                  : at::mm(x_NI, weight_IO);
  const at::Tensor residual_NO = rows_of(terms.residual);
  if (!terms.bias_O.defined()) return at::addmm(residual_NO, x_NI, weight_IO);
  return at::add(residual_NO, terms.bias_O).addmm_(x_NI, weight_IO);
}

struct Forward {
  at::Tensor y_NO;
  at::Tensor hidden_NR;  ///< x A^T, in A's dtype; undefined without a pair
};

Forward forward(const ProjectionTerms& terms, const at::Tensor& x_NI) {
  at::Tensor y_NO = frozen_part(terms, x_NI);
  if (!terms.pair.a.defined()) return {.y_NO = y_NO, .hidden_NR = {}};
  const at::Tensor hidden_NR = at::mm(x_NI.to(terms.pair.a.scalar_type()), terms.pair.a.t());
  const at::Tensor b_RO = terms.pair.b.t();
  if (y_NO.scalar_type() == hidden_NR.scalar_type())
    y_NO.addmm_(hidden_NR, b_RO, /*beta=*/1, /*alpha=*/terms.scale);
  else
    y_NO.add_(at::mm(hidden_NR, b_RO).mul_(terms.scale));
  return {.y_NO = y_NO, .hidden_NR = hidden_NR};
}

/// With g = dL/dy and h = x A^T:  dL/dx = g W + scale g B A,  dL/dA = scale (g B)^T x,
/// dL/dB = scale g^T h,  dL/dresidual = g.
struct ProjectionBackward {
  static constexpr const char* kName = "ProjectionBackward";

  FrozenMatrix weight_OI;
  LowRankPair pair;
  double scale;
  at::Tensor x_NI;       ///< kept for A's gradient
  at::Tensor hidden_NR;  ///< kept for B's gradient
  std::vector<std::int64_t> x_shape;

  template <class NeedsGradient>
  torch::autograd::variable_list operator()(const at::Tensor& gradient,
                                            const NeedsGradient& needs) const {
    const at::Tensor g_NO = rows_of(gradient);
    at::Tensor gx_NI = needs(0) ? at::mm(g_NO, weight_OI.in(g_NO.scalar_type())) : at::Tensor();
    at::Tensor ga_RI, gb_OR;
    if (pair.a.defined()) low_rank_part(g_NO.to(pair.a.scalar_type()), needs, gx_NI, ga_RI, gb_OR);
    return {gx_NI.defined() ? shaped(gx_NI, x_shape) : gx_NI, ga_RI, gb_OR,
            needs(3) ? gradient : at::Tensor()};
  }

 private:
  template <class NeedsGradient>
  void low_rank_part(const at::Tensor& g_NO, const NeedsGradient& needs, at::Tensor& gx_NI,
                     at::Tensor& ga_RI, at::Tensor& gb_OR) const {
    if (needs(2)) gb_OR = at::mm(g_NO.t(), hidden_NR).mul_(scale);
    if (!needs(0) && !needs(1)) return;
    const at::Tensor gh_NR = at::mm(g_NO, pair.b).mul_(scale);
    if (needs(1)) ga_RI = at::mm(gh_NR.t(), x_NI.to(gh_NR.scalar_type()));
    if (!needs(0)) return;
    if (gx_NI.scalar_type() == gh_NR.scalar_type())
      gx_NI.addmm_(gh_NR, pair.a);
    else
      gx_NI.add_(at::mm(gh_NR, pair.a));
  }
};

}  // namespace

at::Tensor project(const ProjectionTerms& terms) {
  const bool live = wants_gradient(terms.x, terms.pair.a, terms.pair.b, terms.residual);
  Forward result;
  at::Tensor x_NI, y;
  {
    const at::NoGradGuard by_hand;
    x_NI = rows_of(terms.x);
    result = forward(terms, x_NI);
    y = shaped(result.y_NO, result_shape(terms));
  }
  if (!live) return y;
  const bool adapted = terms.pair.a.defined();
  return with_derivative(y,
                         ProjectionBackward{.weight_OI = terms.weight_OI,
                                            .pair = terms.pair,
                                            .scale = terms.scale,
                                            .x_NI = adapted ? x_NI : at::Tensor(),
                                            .hidden_NR = result.hidden_NR,
                                            .x_shape = terms.x.sizes().vec()},
                         terms.x, terms.pair.a, terms.pair.b, terms.residual);
}

}  // namespace rocm::model
