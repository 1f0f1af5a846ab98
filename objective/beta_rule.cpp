// SPDX-License-Identifier: Apache-2.0
#include "objective/beta_rule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <ATen/ops/tensor.h>

#include "dist/base/contract.hpp"

namespace rocm::objective {

double BetaRule::at_step(std::int64_t k) const {
  if (!options_.beta) return controller_.beta;
  if (options_.schedule == BetaSchedule::kConstant) return *options_.beta;
  const auto last = static_cast<double>(std::max<std::int64_t>(options_.iterations - 1, 1));
  const double way = std::clamp(static_cast<double>(k - 1) / last, 0.0, 1.0);
  const bool cosine = options_.schedule == BetaSchedule::kCosine;
  const double done = cosine ? (1.0 - std::cos(std::numbers::pi * way)) / 2.0 : way;
  return *options_.beta + done * (options_.end - *options_.beta);
}

void BetaRule::observe(const BatchMeans& means) {
  if (options_.beta || !std::isfinite(means.reward) || !std::isfinite(means.penalty)) return;
  if (controller_.beta == 0.0) {
    probe(means);
  } else if (means.penalty > 0.0 && means.reward != 0.0) {
    const double target = options_.share * std::abs(means.reward) / means.penalty;
    controller_.beta *= std::pow(target / controller_.beta, options_.rate);
  }
}

/// The probe goes on while the policy has not moved: nothing can be said of beta then.
void BetaRule::probe(const BatchMeans& means) {
  const auto steps = static_cast<double>(options_.probe_steps);
  controller_.probed += 1.0;
  if (2.0 * controller_.probed > steps) {
    controller_.reward_sum += means.reward;
    controller_.penalty_sum += means.penalty;
  }
  if (controller_.probed < steps || controller_.penalty_sum <= 0.0) return;
  controller_.beta = options_.share * std::abs(controller_.reward_sum) / controller_.penalty_sum;
}

at::Tensor BetaRule::state() const {
  if (options_.beta) return {};
  return at::tensor(
      {controller_.probed, controller_.reward_sum, controller_.penalty_sum, controller_.beta},
      at::kDouble);
}

void BetaRule::restore(const at::Tensor& state) {
  const bool fits = state.defined() && state.scalar_type() == at::kDouble && state.numel() == 4;
  if (!fits)
    fail(ExitCode::kCheckpoint, {.where = "objective.beta",
                                 .problem = "the state of \"auto\" is missing or broken",
                                 .because = "a resume goes on from it",
                                 .advice = "resume from another checkpoint"});
  const at::Tensor values = state.contiguous();
  const auto* numbers = values.const_data_ptr<double>();
  controller_ = {.probed = numbers[0],
                 .reward_sum = numbers[1],
                 .penalty_sum = numbers[2],
                 .beta = numbers[3]};
}

}  // namespace rocm::objective
