// SPDX-License-Identifier: Apache-2.0
#include "launcher/objective_options.hpp"

#include <algorithm>

namespace rocm::launcher {
namespace {

std::size_t live_steps(const ObjectiveConfig& config, std::size_t num_steps) {
  const auto* count = std::get_if<std::int64_t>(&config.truncate);
  return count == nullptr ? num_steps : std::min(static_cast<std::size_t>(*count), num_steps);
}

std::size_t kept_steps(const ModelConfig& config, std::size_t num_steps) {
  if (const auto* count = std::get_if<std::int64_t>(&config.checkpoint))
    return std::min(static_cast<std::size_t>(*count), num_steps);
  return std::get<CheckpointRule>(config.checkpoint) == CheckpointRule::kNone ? num_steps : 0;
}

std::string_view name_of(objective::Phase phase) {
  switch (phase) {
    case objective::Phase::kRollout:
      return "rollout";
    case objective::Phase::kDecoder:
      return "decoder";
    case objective::Phase::kReward:
      return "reward and its gradient";
    case objective::Phase::kDecoderBackward:
      return "decoder backward";
    case objective::Phase::kRolloutBackward:
      return "rollout backward";
    case objective::Phase::kDone:
      break;
  }
  return "sum, optimiser, records";
}

objective::PhaseListener listener(const Config& config, PhaseMeter& phases) {
  if (config.run.profile_every == 0) return {};
  return [&phases](objective::Phase phase) { phases.begin(name_of(phase)); };
}

}  // namespace

objective::RocmOptions objective_options(const Config& config, std::size_t num_steps,
                                         PhaseMeter& phases) {
  const bool full = config.objective.reference_gradient == ReferenceGradient::kFull;
  return {.divergence = config.objective.divergence,
          .beta = std::get<double>(config.objective.beta),
          .reference = full ? model::ReferenceUse::kFull : model::ReferenceUse::kDetached,
          .reduction = config.objective.reduction,
          .js_draws = config.objective.js_estimator == JsEstimator::kSampled
                          ? config.objective.js_samples
                          : 0,
          .truncate = live_steps(config.objective, num_steps),
          .kept_steps = kept_steps(config.model, num_steps),
          .recompute_decoder = config.model.checkpoint_decoder == DecoderCheckpoint::kRecompute,
          .on_phase = listener(config, phases)};
}

model::MixtureOptions mixture_options(const ObjectiveConfig& config) {
  return {.combine = {.rule = config.reward_rule, .std_weight = config.reward_std_weight},
          .augment = {.crop = config.augment_crop, .noise = config.augment_noise}};
}

}  // namespace rocm::launcher
