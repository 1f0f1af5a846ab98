// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/reward_mixture.hpp"

#include <utility>

#include "dist/base/contract.hpp"

namespace rocm::model {

RewardMixture::RewardMixture(std::vector<WeightedReward> rewards) : rewards_(std::move(rewards)) {
  expects(!rewards_.empty(), "at least one reward");
}

RewardMixture::Value RewardMixture::operator()(const at::Tensor& image_BCHW,
                                               std::span<const std::string> captions) const {
  Value value;
  for (const WeightedReward& part : rewards_) {
    const at::Tensor raw_B = part.reward->evaluate(image_BCHW, captions);
    const at::Tensor weighted_B = raw_B.mul(part.weight);
    value.total_B = value.total_B.defined() ? value.total_B.add(weighted_B) : weighted_B;
    value.raw_B.push_back(raw_B.detach());
  }
  return value;
}

std::vector<std::string> RewardMixture::names() const {
  std::vector<std::string> names;
  for (const WeightedReward& part : rewards_) names.emplace_back(part.reward->name());
  return names;
}

}  // namespace rocm::model
