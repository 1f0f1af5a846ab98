// SPDX-License-Identifier: Apache-2.0
#include "objective/first_order.hpp"

#include <cmath>

#include <ATen/ops/stack.h>

#include "model/keyed_choice.hpp"
#include "model/keyed_noise.hpp"

namespace rocm::objective {
namespace {

constexpr const char* kBetaState = "beta";
// "rocmtrnc" and "rocmdraw" set these streams apart from the noise, which uses the seed itself.
constexpr std::uint64_t kCutPurpose = 0x726f636d74726e63;
constexpr std::uint64_t kDrawPurpose = 0x726f636d64726177;

model::NoiseKey key_of(std::uint64_t seed, std::int64_t step, std::int64_t sample) {
  return {.seed = seed,
          .step = static_cast<std::uint32_t>(step),
          .sample = static_cast<std::uint32_t>(sample)};
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
  const bool measures = options_.measure_every > 0 && step % options_.measure_every == 0;
  return measures ? objective_.measuring(options_.measure) : objective_.weighing(beta_in_use_);
}

std::int64_t FirstOrder::choose(const Batch& batch, const Unit& unit, std::int64_t size) const {
  const auto key = key_of(options_.seed, batch.step, unit.sample_ids.front());
  return model::keyed_choice(key, kCutPurpose, size);
}

RocmObjective FirstOrder::objective_for(const Batch& batch, const Unit& unit) const {
  if (!late_policies_.empty()) {
    const auto late = choose(batch, unit, static_cast<std::int64_t>(late_policies_.size()));
    return objective_at(batch.step)
        .along(late_policies_[static_cast<std::size_t>(late)])
        .truncated(1);
  }
  if (!options_.random_truncation) return objective_at(batch.step);
  const auto steps = static_cast<std::int64_t>(objective_.pipeline().policy.schedule().size());
  return objective_at(batch.step)
      .truncated(static_cast<std::size_t>(1 + choose(batch, unit, steps)));
}

UnitEvaluation FirstOrder::evaluate(const Batch& batch, std::size_t unit) const {
  const Unit& work = batch.units[unit];
  UnitEvaluation evaluation = objective_for(batch, work).evaluate(work, batch.adapter, batch.size);
  if (last_step_) average_last_step(batch, work, evaluation);
  return evaluation;
}

Unit FirstOrder::noised_again(const Batch& batch, const Unit& unit, std::int64_t draw,
                              const at::Tensor& sample_BCHW) const {
  const double alpha_bar = last_step_->schedule().front().alpha_bar;
  std::vector<at::Tensor> noise_CHW;
  for (const std::int64_t sample : unit.sample_ids) {
    const auto key = key_of(options_.seed ^ kDrawPurpose, batch.step, sample);
    noise_CHW.push_back(
        model::keyed_noise(key, draw + 1, sample_BCHW.sizes().slice(1)).select(0, draw));
  }
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
    const Unit again = noised_again(batch, unit, draw, sample_BCHW);
    const UnitEvaluation more = last.evaluate(again, batch.adapter, batch.size);
    evaluation.gradient.add_(more.gradient);
    evaluation.loss_B.add_(more.loss_B);
  }
  const double share = 1.0 / static_cast<double>(1 + options_.extra_draws);
  evaluation.gradient.mul_(share);
  evaluation.loss_B.mul_(share);
}

data::NamedTensors FirstOrder::state() const {
  const at::Tensor beta = beta_.state();
  return beta.defined() ? data::NamedTensors{{kBetaState, beta}} : data::NamedTensors{};
}

void FirstOrder::restore(const data::NamedTensors& state) {
  if (!beta_.state().defined()) return;
  const auto found = state.find(kBetaState);
  beta_.restore(found == state.end() ? at::Tensor() : found->second);
}

}  // namespace rocm::objective
