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

std::string_view phase_name(objective::Phase phase) {
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

/// Only steps that use no divergence are measured.
std::int64_t measured_every(const ObjectiveConfig& config) {
  return config.divergence == objective::DivergenceKind::kNone ? config.measure_every : 0;
}

}  // namespace

objective::RocmOptions objective_options(const Config& config, std::size_t num_steps) {
  const bool full = config.objective.reference_gradient == ReferenceGradient::kFull;
  return {.divergence = config.objective.divergence,
          .reference = full ? model::ReferenceUse::kFull : model::ReferenceUse::kDetached,
          .reduction = config.objective.reduction,
          .js_draws = config.objective.js_estimator == JsEstimator::kSampled
                          ? config.objective.js_samples
                          : 0,
          .transition_weights = config.objective.transition_weights,
          .truncate = live_steps(config.objective, num_steps),
          .kept_steps = kept_steps(config.model, num_steps),
          .recompute_decoder = config.model.checkpoint_decoder == DecoderCheckpoint::kRecompute};
}

objective::BetaOptions beta_options(const Config& config) {
  const ObjectiveConfig& objective = config.objective;
  objective::BetaOptions options{.schedule = objective.beta_schedule,
                                 .end = objective.beta_end,
                                 .iterations = config.run.iterations,
                                 .share = objective.beta_share,
                                 .probe_steps = objective.beta_probe,
                                 .rate = objective.beta_rate};
  const double* number = std::get_if<double>(&objective.beta);
  options.beta = number == nullptr ? std::nullopt : std::optional(*number);
  return options;
}

objective::FirstOrderOptions first_order_options(const Config& config) {
  const ObjectiveConfig& objective = config.objective;
  return {.random_truncation =
              objective.truncate == NumberOr<std::int64_t, TruncateRule>(TruncateRule::kRandom),
          .late_steps = static_cast<std::size_t>(objective.late_steps),
          .extra_draws = objective.extra_draws,
          .measure_every = measured_every(objective),
          .measure = objective.measure};
}

objective::PolicyGradientOptions policy_gradient_options(const Config& config) {
  return {.passes = config.policy_gradient.passes,
          .counts_last_step = config.policy_gradient.include_last_step,
          .measure_every = measured_every(config.objective),
          .measure = config.objective.measure,
          .reduction = config.objective.reduction};
}

objective::PhaseListener phase_listener(const Config& config, PhaseMeter& phases) {
  if (config.run.profile_every == 0) return {};
  return [&phases](objective::Phase phase) { phases.begin(phase_name(phase)); };
}

model::MixtureOptions mixture_options(const ObjectiveConfig& config) {
  return {.combine = {.rule = config.reward_rule, .std_weight = config.reward_std_weight},
          .augment = {.crop = config.augment_crop, .noise = config.augment_noise}};
}

}  // namespace rocm::launcher
