// SPDX-License-Identifier: Apache-2.0
#include "launcher/trajectory_step.hpp"

#include <functional>
#include <vector>

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

namespace rocm::launcher {
namespace {

// Shape legend: S samples of this rank, N transitions, B samples of a unit.

using Part = std::function<at::Tensor(const objective::UnitEvaluation&)>;

/// One tensor of every unit, along the samples; undefined if a unit has none.
at::Tensor joined(const Step& step, const Part& part) {
  std::vector<at::Tensor> units;
  for (const objective::UnitEvaluation& evaluation : step.evaluations) {
    units.push_back(part(evaluation));
    if (!units.back().defined()) return {};
  }
  return at::cat(units);
}

at::Tensor transposed(const at::Tensor& values_NB) {
  return values_NB.defined() ? values_NB.t() : values_NB;
}

/// [B, N, C, H, W] of one latent per transition.
at::Tensor along_transitions(const objective::UnitEvaluation& evaluation,
                             at::Tensor model::Transition::*latent_BCHW) {
  std::vector<at::Tensor> latents;
  for (const model::Transition& transition : evaluation.trajectory.transitions) {
    latents.push_back(transition.*latent_BCHW);
    if (!latents.back().defined()) return {};
  }
  return latents.empty() ? at::Tensor() : at::stack(latents, 1);
}

Part latent(at::Tensor model::Transition::*member) {
  return [member](const auto& evaluation) { return along_transitions(evaluation, member); };
}

at::Tensor ids(const Step& step, std::vector<std::int64_t> WorkUnit::*member) {
  std::vector<std::int64_t> all;
  for (const WorkUnit& unit : step.units)
    all.insert(all.end(), (unit.*member).begin(), (unit.*member).end());
  return at::tensor(at::ArrayRef<std::int64_t>(all), at::kLong);
}

}  // namespace

data::TrajectoryStep trajectory_step(const Step& step, std::span<const std::string> reward_names) {
  using Evaluation = objective::UnitEvaluation;
  data::TrajectoryStep rows{
      .step = step.report.step,
      .sample_id_S = ids(step, &WorkUnit::sample_ids),
      .prompt_id_S = ids(step, &WorkUnit::prompt_ids),
      .reward_S = joined(step, [](const Evaluation& e) { return e.reward_B; }),
      .divergence_SN =
          joined(step, [](const Evaluation& e) { return transposed(e.divergence_MB); }),
      .delta_SN = joined(step, [](const Evaluation& e) { return transposed(e.delta_MB); }),
      .active_fraction_SN =
          joined(step, [](const Evaluation& e) { return transposed(e.active_fraction_MB); }),
      .mean_SNCHW = joined(step, latent(&model::Transition::mean_BCHW)),
      .reference_mean_SNCHW = joined(step, latent(&model::Transition::reference_mean_BCHW)),
      .state_SNCHW = joined(step, latent(&model::Transition::state_BCHW))};
  for (std::size_t i = 0; i < reward_names.size(); ++i)
    rows.reward_by_name_S.emplace(
        reward_names[i], joined(step, [i](const Evaluation& e) { return e.raw_reward_B[i]; }));
  return rows;
}

}  // namespace rocm::launcher
