// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/adamw.hpp"
#include "objective/policy_gradient.hpp"
#include "objective/value_network.hpp"

namespace rocm::objective {

struct DpokOptions {
  double reward_weight = 100.0;  ///< w_R
  double kl_weight = 0.01;       ///< w_KL
  double clip_range = 1e-4;      ///< of the ratio
  double value_learning_rate = 1e-4;
};

/// DPOK (Fan et al., arXiv 2305.16381): a policy gradient with the reward above what a learned
/// value expects, and a penalty on the distance of the network's output to the reference's,
///   -w_R (R - V(x_t, c, t)) clamp(rho, 1 - c, 1 + c) + w_KL mean((e - e_ref)^2),
/// without PPO's maximum. V learns by squared error, one step with AdamW per update of the policy.
/// Ours: before its first step V expects the mean reward of the first batch.
class Dpok final : public PolicyGradient {
 public:
  Dpok(const Pipeline& pipeline, GatherInSampleOrder gather, const PolicyGradientOptions& options,
       const DpokOptions& dpok, ValueNetwork value);

  void update(const at::Tensor& own_gradient) override;
  [[nodiscard]] MethodState state() const override;
  void restore(const MethodState& state) override;

 private:
  [[nodiscard]] std::vector<double> signals(const BatchRewards& rewards) override;
  [[nodiscard]] at::Tensor loss_B(const ReplayedTransition& transition) const override;

  [[nodiscard]] bool uses_reference() const override { return true; }

  [[nodiscard]] at::Tensor own_gradient(const Batch& batch, const Unit& unit,
                                        const Experience& experience) const override;
  [[nodiscard]] at::Tensor value_B(std::size_t n, const Unit& unit,
                                   const Experience& experience) const;

  DpokOptions options_;
  ValueNetwork value_;
  model::AdamW optimizer_;
};

}  // namespace rocm::objective
