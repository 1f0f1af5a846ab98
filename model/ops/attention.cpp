// SPDX-License-Identifier: Apache-2.0
#include "model/ops/attention.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include <ATen/ops/full.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include "model/ops/narrow_attention.hpp"

namespace rocm::model {
namespace {

// Shape legend: N heads, E width of a head.

at::Tensor split_heads(const at::Tensor& x_BLC, std::int64_t heads) {
  return x_BLC.view({x_BLC.size(0), x_BLC.size(1), heads, x_BLC.size(2) / heads}).transpose(1, 2);
}

at::Tensor join_heads(const at::Tensor& x_BNLE) {
  return x_BNLE.transpose(1, 2).flatten(2);
}

/// As SDPA takes it: the same for every head and query.
std::optional<at::Tensor> visible_B11S(const AttentionOptions& options) {
  if (!options.visible_BS.defined()) return {};
  return options.visible_BS.unsqueeze(1).unsqueeze(1);
}

}  // namespace

at::Tensor attend(const at::Tensor& q_BLC, const at::Tensor& k_BSC, const at::Tensor& v_BSC,
                  const AttentionOptions& options) {
  const bool causal = options.mask == AttentionOptions::Mask::kCausal;
  const AttentionOperands operands{
      .q_BLC = q_BLC, .k_BSC = k_BSC, .v_BSC = v_BSC, .heads = options.heads};
  const bool all_seen = !causal && !options.visible_BS.defined();
  if (all_seen && fits_narrow_attention(operands)) return narrow_attention(operands);
  return join_heads(at::scaled_dot_product_attention(
      split_heads(q_BLC, options.heads), split_heads(k_BSC, options.heads),
      split_heads(v_BSC, options.heads), visible_B11S(options), /*dropout_p=*/0.0, causal));
}

at::Tensor attend_by_definition(const at::Tensor& q_BLC, const at::Tensor& k_BSC,
                                const at::Tensor& v_BSC, const AttentionOptions& options) {
  const at::Tensor q_BNLE = split_heads(q_BLC, options.heads);
  const at::Tensor k_BNSE = split_heads(k_BSC, options.heads);
  at::Tensor score_BNLS = at::matmul(q_BNLE, k_BNSE.transpose(2, 3));
  score_BNLS = score_BNLS.div(std::sqrt(static_cast<double>(q_BNLE.size(3))));
  constexpr double hidden = -std::numeric_limits<double>::infinity();
  if (options.mask == AttentionOptions::Mask::kCausal) {
    const auto shape_LS = score_BNLS.sizes().slice(2);
    score_BNLS = score_BNLS.add(at::full(shape_LS, hidden, score_BNLS.options()).triu(1));
  }
  if (const auto visible = visible_B11S(options))
    score_BNLS = score_BNLS.masked_fill(visible->logical_not(), hidden);
  return join_heads(at::matmul(score_BNLS.softmax(-1), split_heads(v_BSC, options.heads)));
}

}  // namespace rocm::model
