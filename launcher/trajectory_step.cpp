// SPDX-License-Identifier: Apache-2.0
#include "launcher/trajectory_step.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <vector>

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

namespace rocm::launcher {
namespace {

// Shape legend: S samples of this rank, N transitions, B samples of a unit.

using Part = std::function<at::Tensor(const objective::UnitEvaluation&)>;

/// One tensor of every unit, along the samples: NaN for a unit that has none, undefined if no unit
/// has one.
at::Tensor joined(const Step& step, const Part& part) {
  std::vector<at::Tensor> units;
  for (const objective::UnitEvaluation& evaluation : step.evaluations)
    units.push_back(part(evaluation));
  const auto some = std::ranges::find_if(units, &at::Tensor::defined);
  if (some == units.end()) return {};
  const at::Tensor nothing = at::full_like(*some, std::numeric_limits<double>::quiet_NaN());
  for (at::Tensor& unit : units)
    if (!unit.defined()) unit = nothing;
  return at::cat(units);
}

/// [B, n, ...] of the first n transitions as [B, N, ...]: NaN behind a rollout that ended early.
at::Tensor padded(const at::Tensor& values_Bn, std::int64_t num_transitions) {
  std::vector<std::int64_t> missing = values_Bn.sizes().vec();
  missing[1] = num_transitions - missing[1];
  if (missing[1] == 0) return values_Bn;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  return at::cat({values_Bn, at::full(missing, nan, values_Bn.options())}, 1);
}

/// One number per transition and sample of every unit, [S, N].
Part scalars(at::Tensor objective::UnitEvaluation::*member_NB, std::int64_t num_transitions) {
  return [=](const objective::UnitEvaluation& evaluation) {
    const at::Tensor& values_NB = evaluation.*member_NB;
    return values_NB.defined() ? padded(values_NB.t(), num_transitions) : values_NB;
  };
}

/// [B, n, C, H, W] of one latent per transition.
at::Tensor along_transitions(const objective::UnitEvaluation& evaluation,
                             at::Tensor model::Transition::*latent_BCHW) {
  std::vector<at::Tensor> latents;
  for (const model::Transition& transition : evaluation.trajectory.transitions) {
    latents.push_back(transition.*latent_BCHW);
    if (!latents.back().defined()) return {};
  }
  return latents.empty() ? at::Tensor() : at::stack(latents, 1);
}

Part latents(at::Tensor model::Transition::*member, std::int64_t num_transitions) {
  return [=](const auto& evaluation) {
    const at::Tensor latents_BnCHW = along_transitions(evaluation, member);
    return latents_BnCHW.defined() ? padded(latents_BnCHW, num_transitions) : latents_BnCHW;
  };
}

at::Tensor ids(const Step& step, std::vector<std::int64_t> objective::Unit::*member) {
  std::vector<std::int64_t> all;
  for (const objective::Unit& unit : step.units)
    all.insert(all.end(), (unit.*member).begin(), (unit.*member).end());
  return at::tensor(at::ArrayRef<std::int64_t>(all), at::kLong);
}

}  // namespace

data::TrajectoryStep trajectory_step(const Step& step, std::span<const std::string> reward_names,
                                     std::int64_t num_transitions) {
  using Evaluation = objective::UnitEvaluation;
  const auto scalars_SN = [&](at::Tensor Evaluation::*member) {
    return joined(step, scalars(member, num_transitions));
  };
  const auto latents_SNCHW = [&](at::Tensor model::Transition::*member) {
    return joined(step, latents(member, num_transitions));
  };
  data::TrajectoryStep rows{
      .step = step.report.step,
      .sample_id_S = ids(step, &objective::Unit::sample_ids),
      .prompt_id_S = ids(step, &objective::Unit::prompt_ids),
      .reward_S = joined(step, [](const Evaluation& e) { return e.reward_B; }),
      .divergence_SN = scalars_SN(&Evaluation::divergence_MB),
      .delta_SN = scalars_SN(&Evaluation::delta_MB),
      .active_fraction_SN = scalars_SN(&Evaluation::active_fraction_MB),
      .mean_SNCHW = latents_SNCHW(&model::Transition::mean_BCHW),
      .reference_mean_SNCHW = latents_SNCHW(&model::Transition::reference_mean_BCHW),
      .state_SNCHW = latents_SNCHW(&model::Transition::state_BCHW)};
  for (std::size_t i = 0; i < reward_names.size(); ++i)
    rows.reward_by_name_S.emplace(
        reward_names[i], joined(step, [i](const Evaluation& e) { return e.raw_reward_B[i]; }));
  return rows;
}

}  // namespace rocm::launcher
