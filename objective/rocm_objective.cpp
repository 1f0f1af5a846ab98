// SPDX-License-Identifier: Apache-2.0
#include "objective/rocm_objective.hpp"

#include <utility>

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include "objective/distance_judgement.hpp"

namespace rocm::objective {
namespace {

at::Tensor live_leaf(const at::Tensor& x) {
  return x.detach().requires_grad_();
}

}  // namespace

struct RocmObjective::ScoredSample {
  at::Tensor image_BCHW;
  model::RewardMixture::Value reward;
  at::Tensor gradient_BCHW;
};

RocmObjective::RocmObjective(const Pipeline& pipeline, const RocmOptions& options)
    : pipeline_(pipeline), options_(options), divergence_(make_divergence(options.divergence)) {
  if (!divergence_) options_.reference = model::ReferenceUse::kOff;
}

RocmObjective RocmObjective::weighing(double beta) const {
  RocmObjective weighing = *this;
  weighing.options_.beta = beta;
  return weighing;
}

RocmObjective RocmObjective::truncated(std::size_t steps) const {
  RocmObjective truncated = *this;
  truncated.options_.truncate = steps;
  return truncated;
}

RocmObjective RocmObjective::along(const model::Policy& policy) const {
  return {*this, {.policy = policy, .decode = pipeline_.decode, .reward = pipeline_.reward}};
}

RocmObjective RocmObjective::telling(PhaseListener on_phase) const {
  RocmObjective telling = *this;
  telling.options_.on_phase = std::move(on_phase);
  return telling;
}

RocmObjective RocmObjective::measuring(DivergenceKind divergence) const {
  RocmObjective measured = *this;
  measured.divergence_ = make_divergence(divergence);
  measured.options_.reference = model::ReferenceUse::kMeasured;
  measured.options_.beta = 0.0;
  return measured;
}

double RocmObjective::weight_of(std::size_t transition) const {
  const auto& weights = options_.transition_weights;
  return weights.empty() ? 1.0 : weights.at(transition);
}

void RocmObjective::begin(Phase phase) const {
  if (options_.on_phase) options_.on_phase(phase);
}

/// The reward's graph ends at the picture, so that the decoder's can be kept or made again: the
/// bits are the same.
RocmObjective::ScoredSample RocmObjective::score(const at::Tensor& sample_BCHW,
                                                 const std::vector<std::string>& captions) const {
  const at::AutoGradMode grad_mode(true);
  const at::Tensor latent_BCHW = live_leaf(sample_BCHW);
  begin(Phase::kDecoder);
  at::Tensor decoded_BCHW =
      pipeline_.decode(options_.recompute_decoder ? sample_BCHW : latent_BCHW);
  begin(Phase::kReward);
  const at::Tensor image_BCHW = live_leaf(decoded_BCHW);
  auto reward = pipeline_.reward(image_BCHW, captions);
  const auto at_image = torch::autograd::grad({reward.total_B.sum()}, {image_BCHW});
  reward.total_B = reward.total_B.detach();
  begin(Phase::kDecoderBackward);
  if (options_.recompute_decoder) decoded_BCHW = pipeline_.decode(latent_BCHW);
  const auto at_latent = torch::autograd::grad({decoded_BCHW}, {latent_BCHW}, at_image);
  return {.image_BCHW = image_BCHW.detach(),
          .reward = std::move(reward),
          .gradient_BCHW = at_latent.front()};
}

model::RolloutOptions RocmObjective::rollout_options() const {
  return {.reference = options_.reference,
          .reduction = options_.reduction,
          .live_steps = options_.truncate,
          .kept_steps = options_.kept_steps};
}

UnitEvaluation RocmObjective::evaluate(const Unit& unit, const model::LowRankAdapter& adapter,
                                       std::int64_t batch_size) const {
  begin(Phase::kRollout);
  model::Rollout rollout(pipeline_.policy, adapter, unit.text_BLD, unit.z_NBCHW, rollout_options());
  const ScoredSample sample = score(rollout.trajectory().sample_BCHW, unit.captions);
  begin(Phase::kRolloutBackward);

  UnitEvaluation evaluation{.trajectory = rollout.trajectory(),
                            .image_BCHW = sample.image_BCHW,
                            .reward_B = sample.reward.total_B.to(at::kDouble)};
  for (const at::Tensor& raw_B : sample.reward.raw_B)
    evaluation.raw_reward_B.push_back(raw_B.to(at::kDouble));
  evaluation.loss_B = evaluation.reward_B.neg();

  const double share = 1.0 / static_cast<double>(batch_size);  // the batch loss is a mean
  std::vector<at::Tensor> distance_weights_B;
  if (divergence_ && !rollout.trajectory().transitions.empty()) {
    distance_weights_B = judge_distances(*divergence_, pipeline_.policy.schedule(),
                                         options_.transition_weights, evaluation);
    for (std::size_t n = 0; n < distance_weights_B.size(); ++n)
      distance_weights_B[n].mul_(options_.beta * weight_of(n) * share);
    evaluation.loss_B.add_(evaluation.penalty_B, options_.beta);
  }
  model::GradientBuffer gradient(adapter.leaves());
  rollout.backward(sample.gradient_BCHW.mul(-share), distance_weights_B, gradient);
  evaluation.gradient = gradient.flat();
  begin(Phase::kDone);
  return evaluation;
}

}  // namespace rocm::objective
