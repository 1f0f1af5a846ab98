// SPDX-License-Identifier: Apache-2.0
#include "objective/first_order.hpp"

#include <cmath>

#include <ATen/ops/stack.h>

#include "dist/base/due.hpp"
#include "model/keyed_noise.hpp"

namespace rocm::objective {
namespace {

constexpr const char* kBetaState = "beta";

/// One of 0 ... size - 1 for a unit, each as likely as another.
std::size_t chosen_for(const Unit& unit, std::size_t size) {
  const double u = model::keyed_uniforms(unit.keys.front(), model::noise_entry::kCut, 1).front();
  return static_cast<std::size_t>(u * static_cast<double>(size));
}

}  // namespace

FirstOrder::FirstOrder(const RocmObjective& objective, const BetaOptions& beta,
                       const FirstOrderOptions& options)
    : objective_(objective), beta_(beta), options_(options) {
  const model::Policy& policy = objective.pipeline().policy;
  const std::size_t steps = policy.schedule().size();
  for (std::size_t n = steps - options.late_steps; n < steps; ++n)
    late_policies_.push_back(policy.along(model::ending_at(policy.schedule(), n)));
  if (options.extra_draws > 0) last_step_ = policy.along(model::last_step_of(policy.schedule()));
}

void FirstOrder::begin(const Batch& batch) {
  beta_in_use_ = beta_.at_step(batch.step);
}

RocmObjective FirstOrder::objective_at(std::int64_t step) const {
  return due(options_.measure_every, step) ? objective_.measuring(options_.measure)
                                           : objective_.weighing(beta_in_use_);
}

RocmObjective FirstOrder::objective_for(std::int64_t step, const Unit& unit) const {
  const RocmObjective objective = objective_at(step);
  if (!late_policies_.empty())
    return objective.along(late_policies_[chosen_for(unit, late_policies_.size())]).truncated(1);
  if (!options_.random_truncation) return objective;
  return objective.truncated(1 + chosen_for(unit, objective_.pipeline().policy.schedule().size()));
}

UnitEvaluation FirstOrder::evaluate(const Batch& batch, std::size_t unit) const {
  const Unit& work = batch.units[unit];
  UnitEvaluation evaluation =
      objective_for(batch.step, work).evaluate(work, batch.adapter, batch.size);
  if (last_step_) average_last_step(batch, work, evaluation);
  return evaluation;
}

Unit FirstOrder::noised_again(const Unit& unit, std::uint32_t draw,
                              const at::Tensor& sample_BCHW) const {
  const double alpha_bar = last_step_->schedule().front().alpha_bar;
  const std::uint32_t entry = model::noise_entry::kLastStep + draw;
  std::vector<at::Tensor> noise_CHW;
  for (const model::NoiseKey& key : unit.keys)
    noise_CHW.push_back(model::keyed_noise(key, 1, sample_BCHW.sizes().slice(1), entry)[0]);
  const at::Tensor noise_BCHW = at::stack(noise_CHW).to(sample_BCHW.options());
  Unit again = unit;
  again.z_NBCHW = sample_BCHW.mul(std::sqrt(alpha_bar))
                      .add(noise_BCHW, std::sqrt(1.0 - alpha_bar))
                      .unsqueeze(0);
  return again;
}

void FirstOrder::average_last_step(const Batch& batch, const Unit& unit,
                                   UnitEvaluation& evaluation) const {
  const RocmObjective last = objective_at(batch.step).along(*last_step_).truncated(1);
  const at::Tensor sample_BCHW = evaluation.trajectory.sample_BCHW;
  for (std::int64_t draw = 0; draw < options_.extra_draws; ++draw) {
    const Unit again = noised_again(unit, static_cast<std::uint32_t>(draw), sample_BCHW);
    const UnitEvaluation more = last.evaluate(again, batch.adapter, batch.size);
    evaluation.gradient.add_(more.gradient);
    evaluation.loss_B.add_(more.loss_B);
  }
  const double share = 1.0 / static_cast<double>(1 + options_.extra_draws);
  evaluation.gradient.mul_(share);
  evaluation.loss_B.mul_(share);
}

MethodState FirstOrder::state() const {
  const at::Tensor beta = beta_.state();
  return beta.defined() ? MethodState{{kBetaState, beta}} : MethodState{};
}

void FirstOrder::restore(const MethodState& state) {
  if (!beta_.state().defined()) return;
  const auto found = state.find(kBetaState);
  beta_.restore(found == state.end() ? at::Tensor() : found->second);
}

}  // namespace rocm::objective
