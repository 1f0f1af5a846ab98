// SPDX-License-Identifier: Apache-2.0
#include "objective/policy_gradient.hpp"

#include <utility>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include "dist/base/contract.hpp"
#include "dist/base/due.hpp"
#include "model/transition_log_probability.hpp"
#include "objective/distance_judgement.hpp"

namespace rocm::objective {
namespace {

/// Steps of the reference policy, without a graph.
class ReferenceSteps {
 public:
  ReferenceSteps(const model::Policy& policy, const at::Tensor& text_BLD) : policy_(policy) {
    const at::NoGradGuard no_grad;
    if (text_BLD.defined()) text_ = policy.condition(text_BLD, nullptr);
  }

  [[nodiscard]] model::StepOutputs at(std::size_t n, const at::Tensor& state_BCHW) const {
    const at::NoGradGuard no_grad;
    const at::Tensor output_BCHW = policy_.output(n, state_BCHW, text_, nullptr);
    return {.output_BCHW = output_BCHW, .mean_BCHW = policy_.mean(n, state_BCHW, output_BCHW)};
  }

 private:
  const model::Policy& policy_;
  model::TextFeatures text_;
};

}  // namespace

PolicyGradient::PolicyGradient(const Pipeline& pipeline, GatherInSampleOrder gather,
                               PolicyGradientOptions options)
    : pipeline_(pipeline), gather_(std::move(gather)), options_(std::move(options)) {
  expects(model::num_transitions(schedule()) > 0 && model::has_densities(schedule()),
          "a sampler whose transitions have densities");
}

void PolicyGradient::begin_phase(Phase phase) const {
  if (options_.on_phase) options_.on_phase(phase);
}

void PolicyGradient::begin(const Batch& batch) {
  experiences_.clear();
  for (const Unit& unit : batch.units) experiences_.push_back(experience_of(batch, unit));
  const std::vector<double> signals_of_all = signals(gather_rewards(batch));
  const at::Tensor signal_S = at::tensor(at::ArrayRef<double>(signals_of_all), at::kDouble);
  for (std::size_t i = 0; i < experiences_.size(); ++i) {
    const auto& samples = batch.units[i].sample_ids;
    const auto count = static_cast<std::int64_t>(samples.size());
    experiences_[i].signal_B =
        signal_S.narrow(0, samples.front(), count).to(experiences_[i].rollout.reward_B.device());
  }
}

Experience PolicyGradient::experience_of(const Batch& batch, const Unit& unit) const {
  const at::NoGradGuard no_grad;
  begin_phase(Phase::kRollout);
  const bool measures = due(options_.measure_every, batch.step);
  const auto use = measures ? model::ReferenceUse::kMeasured : model::ReferenceUse::kOff;
  const model::Rollout rollout(pipeline_.policy, batch.adapter, unit.text_BLD, unit.z_NBCHW,
                               {.reference = use, .reduction = options_.reduction});
  Experience experience{.rollout = {.trajectory = rollout.trajectory()}};
  const auto& transitions = experience.rollout.trajectory.transitions;
  for (std::size_t n = 0; n < transitions.size(); ++n) {
    const at::Tensor& mean_BCHW = transitions[n].mean_BCHW;
    const at::Tensor next_BCHW = pipeline_.policy.next_state(n, mean_BCHW, unit.z_NBCHW);
    experience.next_state_BCHW.push_back(next_BCHW);
    experience.log_probability_B.push_back(
        model::transition_log_probability(next_BCHW, mean_BCHW, schedule()[n].sigma));
  }
  score(unit, experience.rollout);
  if (measures) measure(experience.rollout);
  return experience;
}

void PolicyGradient::score(const Unit& unit, UnitEvaluation& rollout) const {
  begin_phase(Phase::kDecoder);
  rollout.image_BCHW = pipeline_.decode(rollout.trajectory.sample_BCHW);
  begin_phase(Phase::kReward);
  const auto reward = pipeline_.reward(rollout.image_BCHW, unit.captions, unit.keys);
  rollout.reward_B = reward.total_B.to(at::kDouble);
  for (const at::Tensor& raw_B : reward.raw_B)
    rollout.raw_reward_B.push_back(raw_B.to(at::kDouble));
}

void PolicyGradient::measure(UnitEvaluation& rollout) const {
  const auto divergence = make_divergence(options_.measure);
  static_cast<void>(judge_distances(*divergence, schedule(), /*weights=*/{}, /*keys=*/{}, rollout));
}

BatchRewards PolicyGradient::gather_rewards(const Batch& batch) const {
  std::vector<double> rewards, prompts;
  for (std::size_t i = 0; i < experiences_.size(); ++i) {
    const at::Tensor reward_B = experiences_[i].rollout.reward_B.cpu().contiguous();
    const auto* values = reward_B.const_data_ptr<double>();
    rewards.insert(rewards.end(), values, values + reward_B.numel());
    const auto& ids = batch.units[i].prompt_ids;
    prompts.insert(prompts.end(), ids.begin(), ids.end());
  }
  BatchRewards all{.reward = gather_(rewards)};
  for (const double id : gather_(prompts)) all.prompt_id.push_back(static_cast<std::int64_t>(id));
  return all;
}

UnitEvaluation PolicyGradient::evaluate(const Batch& batch, std::size_t unit) const {
  const at::AutoGradMode grad_mode(true);
  begin_phase(Phase::kRolloutBackward);
  const Unit& work = batch.units[unit];
  const Experience& experience = experiences_.at(unit);
  const auto& transitions = experience.rollout.trajectory.transitions;
  const std::size_t counted = transitions.size() + (options_.counts_last_step ? 1 : 0);
  const double share = 1.0 / (static_cast<double>(batch.size) * static_cast<double>(counted));

  UnitEvaluation evaluation = experience.rollout;
  evaluation.loss_B = at::zeros_like(evaluation.reward_B);
  model::GradientBuffer gradient(batch.adapter.leaves());
  model::StepReplay replay(pipeline_.policy, batch.adapter, work.text_BLD);
  const ReferenceSteps reference(pipeline_.policy, uses_reference() ? work.text_BLD : at::Tensor());
  for (std::size_t n = 0; n < transitions.size(); ++n) {
    ReplayedTransition seen{.n = n, .unit = work, .experience = experience};
    seen.outputs = replay.at(n, transitions[n].state_BCHW);
    seen.log_probability_B = model::transition_log_probability(
        experience.next_state_BCHW[n], seen.outputs.mean_BCHW, schedule()[n].sigma);
    if (uses_reference()) seen.reference = reference.at(n, transitions[n].state_BCHW);
    const at::Tensor loss = loss_B(seen);
    replay.backward(loss.sum().mul(share), gradient);
    evaluation.loss_B.add_(loss.detach().to(at::kDouble), 1.0 / static_cast<double>(counted));
  }
  replay.finish(gradient);
  evaluation.gradient = gradient.flat();
  evaluation.own_gradient = own_gradient(batch, work, experience);
  begin_phase(Phase::kDone);
  return evaluation;
}

}  // namespace rocm::objective
