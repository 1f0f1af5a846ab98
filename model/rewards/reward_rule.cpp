// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/reward_rule.hpp"

#include <ATen/ops/stack.h>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

// Shape legend: B samples, R rewards.

at::Tensor sum_of(std::span<const at::Tensor> weighted_B) {
  at::Tensor sum_B = weighted_B.front();
  for (const at::Tensor& next_B : weighted_B.subspan(1)) sum_B = sum_B.add(next_B);
  return sum_B;
}

/// Deviations are taken from the first reward, so that equal rewards have exactly none; the root
/// is then taken of 1 instead, whose gradient the mask discards.
at::Tensor population_std(const at::Tensor& weighted_BR) {
  const at::Tensor offset_BR = weighted_BR.sub(weighted_BR.narrow(1, 0, 1));
  const at::Tensor variance_B = offset_BR.sub(offset_BR.mean(1, true)).pow(2).mean(1);
  const at::Tensor equal_B = variance_B.eq(0.0);
  return variance_B.masked_fill(equal_B, 1.0).sqrt().masked_fill(equal_B, 0.0);
}

}  // namespace

at::Tensor RewardCombination::operator()(std::span<const at::Tensor> weighted_B) const {
  expects(!weighted_B.empty(), "at least one reward");
  if (rule == RewardRule::kSum) return sum_of(weighted_B);
  const at::Tensor weighted_BR = at::stack(at::TensorList(weighted_B.data(), weighted_B.size()), 1);
  if (rule == RewardRule::kMin) return weighted_BR.amin(1);
  return weighted_BR.mean(1).sub(population_std(weighted_BR), std_weight);
}

}  // namespace rocm::model
