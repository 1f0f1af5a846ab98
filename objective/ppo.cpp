// SPDX-License-Identifier: Apache-2.0
#include "objective/ppo.hpp"

#include <algorithm>

#include <ATen/ops/maximum.h>

namespace rocm::objective {
namespace {

constexpr const char* kStatistics = "prompt_statistics";

}  // namespace

at::Tensor clipped_surrogate(const at::Tensor& log_probability_B,
                             const at::Tensor& old_log_probability_B, const at::Tensor& advantage_B,
                             double clip_range) {
  const at::Tensor ratio_B = log_probability_B.sub(old_log_probability_B).exp();
  const at::Tensor pull_B = advantage_B.neg().to(ratio_B.scalar_type());
  return at::maximum(pull_B.mul(ratio_B),
                     pull_B.mul(ratio_B.clamp(1.0 - clip_range, 1.0 + clip_range)));
}

std::vector<double> Ppo::signals(const BatchRewards& rewards) {
  std::vector<double> advantages = statistics_.advantages(rewards);
  for (double& advantage : advantages)
    advantage = std::clamp(advantage, -options_.advantage_clamp, options_.advantage_clamp);
  return advantages;
}

at::Tensor Ppo::loss_B(const ReplayedTransition& transition) const {
  return clipped_surrogate(transition.log_probability_B,
                           transition.experience.log_probability_B[transition.n],
                           transition.experience.signal_B, options_.clip_range);
}

MethodState Ppo::state() const {
  return {{kStatistics, statistics_.state()}};
}

void Ppo::restore(const MethodState& state) {
  const auto found = state.find(kStatistics);
  statistics_.restore(found == state.end() ? at::Tensor() : found->second);
}

}  // namespace rocm::objective
