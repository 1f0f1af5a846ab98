// SPDX-License-Identifier: Apache-2.0
#include "objective/distance_judgement.hpp"

#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include "objective/divergence_draws.hpp"

namespace rocm::objective {

std::vector<at::Tensor> judge_distances(const Divergence& divergence,
                                        const model::SamplingSchedule& schedule,
                                        std::span<const double> weights,
                                        std::span<const model::NoiseKey> keys,
                                        UnitEvaluation& evaluation) {
  const auto& transitions = evaluation.trajectory.transitions;
  std::vector<at::Tensor> delta_B, value_B, active_fraction_B, pull_left_B, slope_B, penalty_B;
  for (std::size_t n = 0; n < transitions.size(); ++n) {
    const at::Tensor& squared_B = transitions[n].squared_distance_B;
    const at::Tensor deviate_SB =
        divergence_deviates(keys, n, divergence.draws(), squared_B.device());
    const DivergenceValue judged = divergence(squared_B, schedule[n].sigma, deviate_SB);
    delta_B.push_back(squared_B.sqrt());
    value_B.push_back(judged.value_B);
    active_fraction_B.push_back(judged.active_fraction_B);
    pull_left_B.push_back(judged.pull_left_B);
    slope_B.push_back(judged.slope_B);
    penalty_B.push_back(weights.empty() ? judged.value_B : judged.value_B.mul(weights[n]));
  }
  evaluation.delta_MB = at::stack(delta_B);
  evaluation.divergence_MB = at::stack(value_B);
  evaluation.active_fraction_MB = at::stack(active_fraction_B);
  evaluation.pull_left_B = at::stack(pull_left_B).mean(0);
  evaluation.penalty_B = at::stack(penalty_B).sum(0);
  return slope_B;
}

}  // namespace rocm::objective
