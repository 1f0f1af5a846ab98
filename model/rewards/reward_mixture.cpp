// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/reward_mixture.hpp"

#include <algorithm>
#include <utility>

#include "dist/base/contract.hpp"

namespace rocm::model {

RewardMixture::RewardMixture(std::vector<WeightedReward> rewards, const MixtureOptions& options)
    : rewards_(std::move(rewards)), options_(options) {
  expects(!rewards_.empty(), "at least one reward");
}

RewardMixture::Value RewardMixture::operator()(const at::Tensor& image_BCHW,
                                               std::span<const std::string> captions,
                                               std::span<const NoiseKey> keys) const {
  const at::Tensor seen_BCHW = options_.augment(image_BCHW, keys);
  Value value;
  std::vector<at::Tensor> weighted_B;
  for (const WeightedReward& part : rewards_) {
    const at::Tensor raw_B = part.reward->evaluate(seen_BCHW, captions);
    weighted_B.push_back(raw_B.mul(part.weight));
    value.raw_B.push_back(raw_B.detach());
  }
  value.total_B = options_.combine(weighted_B);
  return value;
}

std::vector<std::string> RewardMixture::names() const {
  std::vector<std::string> names;
  for (const WeightedReward& part : rewards_) names.emplace_back(part.reward->name());
  return names;
}

bool RewardMixture::differentiable() const {
  return std::ranges::all_of(
      rewards_, [](const WeightedReward& part) { return part.reward->differentiable(); });
}

}  // namespace rocm::model
