// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

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

/// The same change at a higher rank: zero rows of A, zero columns of B.
[[nodiscard]] LowRankPair at_rank(const LowRankPair& pair, std::int64_t rank);

/// The shape of the weight that the pair changes: [out, in], or [out, in, kh, kw].
[[nodiscard]] std::vector<std::int64_t> shape_of_change(const LowRankPair& pair);

/// scale * B A in fp64, as a weight: [out, in], or [out, in, kh, kw] of a convolution.
[[nodiscard]] at::Tensor change_of_weight(const LowRankPair& pair);

/// Adapted layers by the layer's path in the U-Net, such as
/// `down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q`.
using LowRankModules = std::map<std::string, LowRankPair>;

}  // namespace rocm::data
