// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "objective/policy_gradient.hpp"
#include "objective/prompt_statistics.hpp"

namespace rocm::objective {

struct PpoOptions {
  double clip_range = 1e-4;       ///< ratios beyond 1 +- this are not rewarded
  double advantage_clamp = 10.0;  ///< advantages are cut to +- this
  std::int64_t statistics_buffer = 32;
  std::int64_t statistics_min_count = 16;
};

/// The clipped surrogate of PPO (Schulman et al., arXiv 1707.06347, equation 7) for transitions,
///   max(-A rho, -A clip(rho, 1 - c, 1 + c)),  rho = exp(log p_new - log p_old),
/// with advantages per prompt: RLCM (Oertell et al., arXiv 2404.03673) on consistency models, DDPO
/// (Black et al., arXiv 2305.13301) on diffusion models. [B], differentiable in log p_new.
[[nodiscard]] at::Tensor clipped_surrogate(const at::Tensor& log_probability_B,
                                           const at::Tensor& old_log_probability_B,
                                           const at::Tensor& advantage_B, double clip_range);

class Ppo final : public PolicyGradient {
 public:
  Ppo(const Pipeline& pipeline, GatherInSampleOrder gather, const PolicyGradientOptions& options,
      const PpoOptions& ppo)
      : PolicyGradient(pipeline, std::move(gather), options),
        options_(ppo),
        statistics_(ppo.statistics_buffer, ppo.statistics_min_count) {}

  [[nodiscard]] MethodState state() const override;
  void restore(const MethodState& state) override;

 private:
  [[nodiscard]] std::vector<double> signals(const BatchRewards& rewards) override;
  [[nodiscard]] at::Tensor loss_B(const ReplayedTransition& transition) const override;

  PpoOptions options_;
  PromptStatistics statistics_;
};

}  // namespace rocm::objective
