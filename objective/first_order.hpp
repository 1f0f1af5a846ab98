// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "objective/beta_rule.hpp"
#include "objective/method.hpp"
#include "objective/rocm_objective.hpp"

namespace rocm::objective {

struct FirstOrderOptions {
  bool random_truncation = false;  ///< one cut per unit, uniform in 1 ... N: AlignProp
  std::size_t late_steps = 0;    ///< score x0 as seen from one of the last steps: ReFL; 0: the end
  std::int64_t extra_draws = 0;  ///< of the last step's noise, averaged: DRaFT-LV
  std::int64_t measure_every =
      0;  ///< without a divergence: measure one at every m-th step; 0: never
  DivergenceKind measure = DivergenceKind::kKl;
};

/// Methods that climb the gradient of the reward through the sampler: ROCM, and as special cases of
/// its objective AlignProp (Prabhudesai et al., arXiv 2310.03739: a random cut per rollout),
/// DRaFT-K and DRaFT-LV (Clark et al., arXiv 2309.17400: the last K steps; K = 1 averaged over more
/// draws of its noise) and ReFL (Xu et al., arXiv 2304.05977: one late step). Random decisions
/// belong to (seed, step, first sample of the unit).
class FirstOrder final : public Method {
 public:
  /// `objective` is copied; what its pipeline refers to outlives this.
  FirstOrder(const RocmObjective& objective, const BetaOptions& beta,
             const FirstOrderOptions& options);

  void begin(const Batch& batch) override;
  [[nodiscard]] UnitEvaluation evaluate(const Batch& batch, std::size_t unit) const override;

  void finish(const BatchMeans& means) override { beta_.observe(means); }

  [[nodiscard]] double beta() const override { return beta_in_use_; }

  [[nodiscard]] MethodState state() const override;
  void restore(const MethodState& state) override;

 private:
  /// What judges this step: with the beta of the step, or measuring.
  [[nodiscard]] RocmObjective objective_at(std::int64_t step) const;
  [[nodiscard]] RocmObjective objective_for(std::int64_t step, const Unit& unit) const;
  /// Adds the last step's gradient at other draws of its noise, and averages.
  void average_last_step(const Batch& batch, const Unit& unit, UnitEvaluation& evaluation) const;
  [[nodiscard]] Unit noised_again(const Unit& unit, std::uint32_t draw,
                                  const at::Tensor& sample_BCHW) const;

  RocmObjective objective_;
  BetaRule beta_;
  FirstOrderOptions options_;
  std::vector<model::Policy> late_policies_;  ///< that end early, one per late step
  std::optional<model::Policy> last_step_;    ///< with extra_draws
  double beta_in_use_ = 0.0;
};

}  // namespace rocm::objective
