// SPDX-License-Identifier: Apache-2.0
#include "objective/d3po.hpp"

#include <ATen/ops/log_sigmoid.h>

#include "dist/base/contract.hpp"
#include "model/transition_log_probability.hpp"

namespace rocm::objective {
namespace {

constexpr std::int64_t kPair = 2;

}  // namespace

at::Tensor preference_loss(const at::Tensor& log_probability_B,
                           const at::Tensor& reference_log_probability_B,
                           const at::Tensor& preference_B, const D3poOptions& options) {
  expects(log_probability_B.size(0) % kPair == 0, "whole pairs");
  const at::Tensor ratio_B = log_probability_B.sub(reference_log_probability_B).exp();
  const at::Tensor log_B = ratio_B.clamp(1.0 - options.clip_range, 1.0 + options.clip_range).log();
  const at::Tensor margin_P =
      preference_B.to(log_B.scalar_type()).mul(log_B).view({-1, kPair}).sum(1);
  return at::log_sigmoid(margin_P.mul(options.beta)).neg().repeat_interleave(kPair);
}

std::vector<double> D3po::signals(const BatchRewards& rewards) {
  std::vector<double> preferences;
  for (std::size_t i = 0; i + 1 < rewards.reward.size(); i += kPair) {
    const double first = rewards.reward[i];
    const double second = rewards.reward[i + 1];
    const double preference = first > second ? 1.0 : first < second ? -1.0 : 0.0;
    preferences.push_back(preference);
    preferences.push_back(-preference);
  }
  return preferences;
}

at::Tensor D3po::loss_B(const ReplayedTransition& transition) const {
  const at::Tensor reference_B = model::transition_log_probability(
      transition.experience.next_state_BCHW[transition.n], transition.reference.mean_BCHW,
      schedule()[transition.n].sigma);
  return preference_loss(transition.log_probability_B, reference_B, transition.experience.signal_B,
                         options_);
}

}  // namespace rocm::objective
