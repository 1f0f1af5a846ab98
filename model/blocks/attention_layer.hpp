// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "model/layers.hpp"

namespace rocm::model {

// Shape legend: B samples, L tokens, S tokens that are attended to, C channels, D their width.

/// diffusers' Attention: to_out(softmax(q k^T / sqrt(width of a head)) v), many heads.
struct AttentionLayer {
  Linear to_q;
  Linear to_k;
  Linear to_v;
  Linear to_out;
  std::int64_t heads = 1;
  bool upcast = false;  ///< scores in fp32 where the network is coarser

  struct Shape {
    std::int64_t channels = 0;
    std::int64_t source_width = 0;  ///< of the tokens that are attended to
    std::int64_t heads = 1;
    bool upcast = false;
    Bias qkv_bias = Bias::kNone;
  };

  static AttentionLayer load(const WeightScope& scope, const Shape& shape,
                             AdapterPlan* plan = nullptr);

  /// residual + attention of x to itself.
  [[nodiscard]] at::Tensor add_to(const at::Tensor& residual_BLC, const at::Tensor& x_BLC,
                                  const LowRankAdapter* adapter) const;

  /// residual + attention of x to given keys and values, [B, S, C].
  [[nodiscard]] at::Tensor add_to(const at::Tensor& residual_BLC, const at::Tensor& x_BLC,
                                  const at::Tensor& key_BSC, const at::Tensor& value_BSC,
                                  const LowRankAdapter* adapter) const;
};

}  // namespace rocm::model
