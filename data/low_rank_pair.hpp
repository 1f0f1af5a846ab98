// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <ATen/core/Tensor.h>

namespace rocm::data {

/// One adapted layer as a file stores it: the layer's weight changes by scale * B A.
/// A [rank, in] and B [out, rank]; for a convolution A [rank, in, kh, kw] and B [out, rank, 1, 1].
struct LowRankPair {
  at::Tensor A;
  at::Tensor B;
  double scale = 1.0;  ///< alpha / rank, or alpha / sqrt(rank) for rank-stabilised adapters

  [[nodiscard]] std::int64_t rank() const { return A.size(0); }
};

/// scale * B, in fp32 or, when B is fp64, in fp64: what together with A is the layer's change.
[[nodiscard]] at::Tensor effective_B(const LowRankPair& pair);

/// Adapted layers by the layer's path in the U-Net, such as
/// `down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q`.
using LowRankModules = std::map<std::string, LowRankPair>;

}  // namespace rocm::data
