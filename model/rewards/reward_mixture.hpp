// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/rewards/augmentation.hpp"
#include "model/rewards/reward.hpp"
#include "model/rewards/reward_rule.hpp"

namespace rocm::model {

struct WeightedReward {
  std::unique_ptr<Reward> reward;
  double weight = 1.0;
};

/// How a mixture looks at pictures and makes one number of its rewards.
struct MixtureOptions {
  RewardCombination combine = {};
  Augmentation augment = {};
};

/// The training reward r: weighted rewards weight_i r_i by one rule, with the raw scores kept
/// beside it. All rewards see the same picture.
class RewardMixture {
 public:
  struct Value {
    at::Tensor total_B;             ///< carries the graph
    std::vector<at::Tensor> raw_B;  ///< one per reward, without a graph
  };

  explicit RewardMixture(std::vector<WeightedReward> rewards, const MixtureOptions& options = {});

  /// keys: one per picture [B, 3, H, W], if pictures are augmented; else they do not matter.
  [[nodiscard]] Value operator()(const at::Tensor& image_BCHW,
                                 std::span<const std::string> captions,
                                 std::span<const NoiseKey> keys = {}) const;

  [[nodiscard]] std::vector<std::string> names() const;

  /// Every reward has a gradient, and so has r.
  [[nodiscard]] bool differentiable() const;

  [[nodiscard]] const std::vector<WeightedReward>& rewards() const { return rewards_; }

 private:
  std::vector<WeightedReward> rewards_;
  MixtureOptions options_;
};

}  // namespace rocm::model
