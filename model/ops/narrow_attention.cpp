// SPDX-License-Identifier: Apache-2.0
#include "model/ops/narrow_attention.hpp"

#include <cmath>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include "dist/base/contract.hpp"
#include "model/ops/derivative_node.hpp"

namespace rocm::model {
namespace {

constexpr std::int64_t kMostKeys = 1024;      ///< keeps a block's scores in the second-level cache
constexpr std::int64_t kMostKeysOfWide = 64;  ///< of width 24, whose sums do not fit the registers
constexpr std::int64_t kLanes = 16;

std::int64_t head_width(const AttentionOperands& operands) {
  return operands.q_BLC.size(2) / operands.heads;
}

const NarrowKernels& fastest() {
  static const NarrowKernels kernels = runnable_narrow_kernels().front();
  return kernels;
}

NarrowPasses passes_for(const NarrowKernels& kernels, std::int64_t width) {
  if (width == 4) return kernels.width4;
  if (width == 8) return kernels.width8;
  if (width == 16) return kernels.width16;
  expects(width == 24, "a head of width 4, 8, 16 or 24");
  return kernels.width24;
}

/// What both passes work on; all tensors contiguous.
struct Attention {
  at::Tensor q_BLC, k_BSC, v_BSC;
  at::Tensor mixed_BLC;
  at::Tensor log2_normaliser_BNL;
  std::int64_t heads;
  NarrowPasses passes;

  [[nodiscard]] std::int64_t width() const { return q_BLC.size(2) / heads; }

  /// Where head n of sample b starts in a [B, rows, C] tensor.
  [[nodiscard]] std::int64_t offset(const at::Tensor& x, std::int64_t b, std::int64_t n) const {
    return b * x.size(1) * x.size(2) + n * width();
  }

  [[nodiscard]] NarrowHead head(std::int64_t b, std::int64_t n) const {
    return {.query = q_BLC.const_data_ptr<float>() + offset(q_BLC, b, n),
            .key = k_BSC.const_data_ptr<float>() + offset(k_BSC, b, n),
            .value = v_BSC.const_data_ptr<float>() + offset(v_BSC, b, n),
            .queries = q_BLC.size(1),
            .keys = k_BSC.size(1),
            .stride = q_BLC.size(2),
            .scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(width())))};
  }

  [[nodiscard]] float* normaliser(std::int64_t b, std::int64_t n) const {
    return log2_normaliser_BNL.mutable_data_ptr<float>() + (b * heads + n) * q_BLC.size(1);
  }

  /// Calls work(b, n) for every head of every sample; each writes memory of its own.
  template <class Work>
  void for_each_head(const Work& work) const {
    at::parallel_for(0, q_BLC.size(0) * heads, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) work(i / heads, i % heads);
    });
  }
};

void run_forward(const Attention& a) {
  a.for_each_head([&](std::int64_t b, std::int64_t n) {
    const at::Tensor scratch = at::empty({a.k_BSC.size(1), kLanes}, a.q_BLC.options());
    a.passes.forward({.head = a.head(b, n),
                      .mixed = a.mixed_BLC.mutable_data_ptr<float>() + a.offset(a.mixed_BLC, b, n),
                      .log2_normaliser = a.normaliser(b, n),
                      .scratch = scratch.mutable_data_ptr<float>()});
  });
}

struct NarrowAttentionBackward {
  static constexpr const char* kName = "NarrowAttentionBackward";

  Attention forward;

  template <class NeedsGradient>
  torch::autograd::variable_list operator()(const at::Tensor& gradient,
                                            const NeedsGradient& /*needs*/) const {
    const Attention& a = forward;
    const at::Tensor g_BLC = gradient.contiguous();
    const at::Tensor gq = at::empty_like(a.q_BLC), gk = at::empty_like(a.k_BSC),
                     gv = at::empty_like(a.v_BSC);
    a.for_each_head([&](std::int64_t b, std::int64_t n) {
      const at::Tensor scratch = at::empty({a.q_BLC.size(1)}, a.q_BLC.options());
      const std::int64_t query = a.offset(a.q_BLC, b, n), key = a.offset(a.k_BSC, b, n);
      a.passes.backward({.head = a.head(b, n),
                         .mixed = a.mixed_BLC.const_data_ptr<float>() + query,
                         .log2_normaliser = a.normaliser(b, n),
                         .mixed_gradient = g_BLC.const_data_ptr<float>() + query,
                         .query_gradient = gq.mutable_data_ptr<float>() + query,
                         .key_gradient = gk.mutable_data_ptr<float>() + key,
                         .value_gradient = gv.mutable_data_ptr<float>() + key,
                         .scratch = scratch.mutable_data_ptr<float>()});
    });
    return {gq, gk, gv};
  }
};

}  // namespace

bool fits_narrow_attention(const AttentionOperands& operands) {
  const at::Tensor& q = operands.q_BLC;
  const std::int64_t width = head_width(operands);
  const std::int64_t keys = operands.k_BSC.size(1);
  const bool narrow = width == 4 || width == 8 || width == 16;
  const bool pays = (narrow && keys <= kMostKeys) || (width == 24 && keys <= kMostKeysOfWide);
  return q.device().is_cpu() && q.scalar_type() == at::kFloat && pays &&
         operands.k_BSC.size(0) == q.size(0) && keys >= 1;
}

at::Tensor narrow_attention(const AttentionOperands& operands) {
  return narrow_attention(operands, fastest());
}

at::Tensor narrow_attention(const AttentionOperands& operands, const NarrowKernels& kernels) {
  const auto& [q_BLC, k_BSC, v_BSC, heads] = operands;
  const bool live = wants_gradient(q_BLC, k_BSC, v_BSC);
  Attention attention{.q_BLC = {},
                      .k_BSC = {},
                      .v_BSC = {},
                      .mixed_BLC = {},
                      .log2_normaliser_BNL = {},
                      .heads = heads,
                      .passes = passes_for(kernels, head_width(operands))};
  {
    const at::NoGradGuard by_hand;
    attention.q_BLC = q_BLC.contiguous();
    attention.k_BSC = k_BSC.contiguous();
    attention.v_BSC = v_BSC.contiguous();
    attention.mixed_BLC = at::empty_like(attention.q_BLC);
    attention.log2_normaliser_BNL =
        at::empty({q_BLC.size(0), heads, q_BLC.size(1)}, q_BLC.options());
    run_forward(attention);
  }
  if (!live) return attention.mixed_BLC;
  const at::Tensor mixed_BLC = attention.mixed_BLC;
  attention.mixed_BLC = mixed_BLC.detach();  // the node must not own its own output
  return with_derivative(mixed_BLC, NarrowAttentionBackward{std::move(attention)}, q_BLC, k_BSC,
                         v_BSC);
}

}  // namespace rocm::model
