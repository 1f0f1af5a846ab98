// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/rewards/reward.hpp"

namespace rocm::model {

struct WeightedReward {
  std::unique_ptr<Reward> reward;
  double weight = 1.0;
};

/// r = sum_i weight_i r_i, with the raw scores kept beside it.
class RewardMixture {
 public:
  struct Value {
    at::Tensor total_B;             ///< carries the graph
    std::vector<at::Tensor> raw_B;  ///< one per reward, without a graph
  };

  explicit RewardMixture(std::vector<WeightedReward> rewards);

  [[nodiscard]] Value operator()(const at::Tensor& image_BCHW,
                                 std::span<const std::string> captions) const;

  [[nodiscard]] std::vector<std::string> names() const;

  [[nodiscard]] const std::vector<WeightedReward>& rewards() const { return rewards_; }

 private:
  std::vector<WeightedReward> rewards_;
};

}  // namespace rocm::model
