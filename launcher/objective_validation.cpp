// SPDX-License-Identifier: Apache-2.0
#include "launcher/objective_validation.hpp"

#include <algorithm>
#include <variant>

#include <fmt/format.h>

#include "dist/base/contract.hpp"
#include "launcher/config/notation.hpp"

namespace rocm::launcher {
namespace {

/// Methods that reinforce have no divergence in their loss, and of a gradient through the last step
/// alone it would have nothing (ReFL) or a share (DRaFT-LV).
void validate_regulariser(const ObjectiveConfig& objective) {
  require(!regularises(objective) || (objective.late_steps == 0 && objective.extra_draws == 0),
          {.where = "objective.divergence",
           .problem = fmt::format("{} does not go with {}", name_of(objective.divergence),
                                  objective.late_steps > 0 ? "late_steps" : "extra_draws"),
           .because = "its gradient goes through the last step alone, of which a divergence has "
                      "nothing or a part",
           .advice = "leave one of them out; objective.measure_every measures a divergence"});
  require(!regularises(objective) || is_first_order(objective.method),
          {.where = "objective.divergence",
           .problem = fmt::format("{} does not regularise by {}", name_of(objective.method),
                                  name_of(objective.divergence)),
           .because = "its loss is its authors'",
           .advice = "leave objective.divergence out; objective.measure_every measures one"});
}

void validate_beta(const ObjectiveConfig& objective) {
  const bool constant = objective.beta_schedule == objective::BetaSchedule::kConstant;
  require(
      constant || std::holds_alternative<double>(objective.beta),
      {.where = "objective.beta_schedule",
       .problem = fmt::format("{} needs a number to start from", name_of(objective.beta_schedule)),
       .because = "objective.beta is \"auto\", which follows the reward",
       .advice = "set objective.beta to a number, or objective.beta_schedule = \"constant\""});
  require(
      objective.beta != NumberOr<double, BetaChoice>(BetaChoice::kAuto) || regularises(objective),
      {.where = "objective.beta",
       .problem = "\"auto\" has nothing to weigh",
       .because = "objective.divergence is \"none\"",
       .advice = "name a divergence, or leave objective.beta out"});
}

/// A divergence that never gets a weight would be one that is silently not used.
void validate_pull(const Config& config) {
  const ObjectiveConfig& objective = config.objective;
  if (!regularises(objective)) return;
  const auto& weights = objective.transition_weights;
  require(weights.empty() || std::ranges::any_of(weights, [](double w) { return w > 0.0; }),
          {.where = "objective.transition_weights",
           .problem = "all are 0",
           .because = "nothing of the divergence would be left",
           .advice = "give one transition a weight, or set objective.divergence = \"none\""});
  require(std::holds_alternative<double>(objective.beta) ||
              objective.beta_probe < config.run.iterations,
          {.where = "objective.beta_probe",
           .problem = fmt::format("{} steps leave none with a pull", objective.beta_probe),
           .because = fmt::format("run.iterations is {}", config.run.iterations),
           .advice = "probe for fewer steps, or set objective.beta to a number"});
}

/// What only methods that climb gradients through the sampler can do.
void validate_first_order(const ObjectiveConfig& objective) {
  const bool truncates =
      objective.truncate != NumberOr<std::int64_t, TruncateRule>(TruncateRule::kAll);
  const bool asked = truncates || objective.extra_draws > 0 || objective.late_steps > 0;
  require(!asked || is_first_order(objective.method),
          {.where = "objective",
           .problem = fmt::format("{} takes no truncate, extra_draws and late_steps",
                                  name_of(objective.method)),
           .because = "it does not differentiate the sampler",
           .advice = "leave them out"});
  require(!truncates || objective.late_steps == 0,
          {.where = "objective.truncate",
           .problem = "it does nothing beside objective.late_steps",
           .because = "their gradient goes through the late step alone",
           .advice = "leave one of them out"});
  require(
      objective.extra_draws == 0 || (trains_last_step_only(objective) && objective.late_steps == 0),
      {.where = "objective.extra_draws",
       .problem = "only the last step can be drawn again",
       .because = "gradients flow through more than that",
       .advice = "set objective.truncate = 1, as objective.method = \"draft\" does"});
}

void validate_policy_gradient(const Config& config) {
  const PolicyGradientConfig& learning = config.policy_gradient;
  require(!learning.include_last_step || config.objective.method == MethodName::kRlcm,
          {.where = "policy_gradient.include_last_step",
           .problem = fmt::format("it does not belong to {}", name_of(config.objective.method)),
           .because = "only the last step of a consistency model draws no noise",
           .advice = "leave it out, or use objective.method = \"rlcm\""});
  require(learning.statistics_buffer >= learning.statistics_min_count,
          {.where = "policy_gradient.statistics_buffer",
           .problem = fmt::format("{} rewards never reach statistics_min_count = {}",
                                  learning.statistics_buffer, learning.statistics_min_count),
           .because = "every prompt would be judged by the batch for ever",
           .advice = "keep at least as many as are wanted"});
}

}  // namespace

void validate_objective(const Config& config) {
  const ObjectiveConfig& objective = config.objective;
  require(objective.measure_every == 0 || objective.measure != objective::DivergenceKind::kNone,
          {.where = "objective.measure",
           .problem = "none cannot be measured",
           .because = fmt::format("objective.measure_every = {} asks for a divergence",
                                  objective.measure_every),
           .advice = "name a divergence, or set objective.measure_every = 0"});
  validate_first_order(objective);
  validate_regulariser(objective);
  validate_beta(objective);
  validate_pull(config);
  validate_policy_gradient(config);
}

}  // namespace rocm::launcher
