// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// How an ensemble's weighted rewards y_i = weight_i r_i become one number, sample by sample.
enum class RewardRule : std::uint8_t {
  kSum,          ///< sum_i y_i
  kMin,          ///< min_i y_i; rewards that tie for the smallest share the gradient equally
  kMeanMinusStd  ///< mean_i y_i - lambda sqrt(mean_i (y_i - mean y)^2); no pull of the root where
                 ///< all y_i are equal
};

/// A rule with its lambda. What it makes does not depend on the order of the rewards, but for
/// rounding.
struct RewardCombination {
  RewardRule rule = RewardRule::kSum;
  double std_weight = 1.0;  ///< lambda [1], >= 0

  /// At least one tensor [B]; one [B], differentiable in each.
  [[nodiscard]] at::Tensor operator()(std::span<const at::Tensor> weighted_B) const;
};

}  // namespace rocm::model
