// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "dist/base/field.hpp"
#include "launcher/config/choice.hpp"
#include "model/rewards/reward_rule.hpp"
#include "model/rollout.hpp"
#include "objective/beta_rule.hpp"
#include "objective/divergence.hpp"

namespace rocm::launcher {

enum class MethodName : std::uint8_t {
  kRocm,
  kRlcm,
  kDdpo,
  kDpok,
  kD3po,
  kAlignProp,
  kDraft,
  kRefl
};
template <>
inline constexpr auto kChoices<MethodName> =
    std::to_array<Choice<MethodName>>({{MethodName::kRocm, "rocm"},
                                       {MethodName::kRlcm, "rlcm"},
                                       {MethodName::kDdpo, "ddpo"},
                                       {MethodName::kDpok, "dpok"},
                                       {MethodName::kD3po, "d3po"},
                                       {MethodName::kAlignProp, "alignprop"},
                                       {MethodName::kDraft, "draft"},
                                       {MethodName::kRefl, "refl"}});

template <>
inline constexpr auto kChoices<objective::DivergenceKind> =
    std::to_array<Choice<objective::DivergenceKind>>(
        {{objective::DivergenceKind::kNone, "none"},
         {objective::DivergenceKind::kKl, "kl"},
         {objective::DivergenceKind::kHellinger, "hellinger"},
         {objective::DivergenceKind::kJensenShannon, "js"},
         {objective::DivergenceKind::kFisher, "fisher"},
         {objective::DivergenceKind::kBhattacharyya, "bhattacharyya"},
         {objective::DivergenceKind::kTotalVariation, "tv"}});

template <>
inline constexpr auto kChoices<model::DistanceReduction> =
    std::to_array<Choice<model::DistanceReduction>>({{model::DistanceReduction::kMean, "mean"},
                                                     {model::DistanceReduction::kSum, "sum"}});

template <>
inline constexpr auto kChoices<model::RewardRule> = std::to_array<Choice<model::RewardRule>>(
    {{model::RewardRule::kSum, "sum"},
     {model::RewardRule::kMin, "min"},
     {model::RewardRule::kMeanMinusStd, "mean_minus_std"}});

/// How the divergence's weight is found when it is not a number.
enum class BetaChoice : std::uint8_t { kAuto };
template <>
inline constexpr auto kChoices<BetaChoice> = std::to_array<Choice<BetaChoice>>({{BetaChoice::kAuto,
                                                                                 "auto"}});

enum class JsEstimator : std::uint8_t { kExact, kSampled };
template <>
inline constexpr auto kChoices<JsEstimator> = std::to_array<Choice<JsEstimator>>(
    {{JsEstimator::kExact, "exact"}, {JsEstimator::kSampled, "sampled"}});

enum class ReferenceGradient : std::uint8_t { kDetached, kFull };
template <>
inline constexpr auto kChoices<ReferenceGradient> = std::to_array<Choice<ReferenceGradient>>(
    {{ReferenceGradient::kDetached, "detached"}, {ReferenceGradient::kFull, "full"}});

/// How many steps carry a gradient when it is not a number.
enum class TruncateRule : std::uint8_t { kAll, kRandom };
template <>
inline constexpr auto kChoices<TruncateRule> = std::to_array<Choice<TruncateRule>>(
    {{TruncateRule::kAll, "all"}, {TruncateRule::kRandom, "random"}});

template <>
inline constexpr auto kChoices<objective::BetaSchedule> =
    std::to_array<Choice<objective::BetaSchedule>>({{objective::BetaSchedule::kConstant,
                                                     "constant"},
                                                    {objective::BetaSchedule::kLinear, "linear"},
                                                    {objective::BetaSchedule::kCosine, "cosine"}});

/// [objective]: maximise mean(reward) - beta * mean(sum over transitions of D) (paper, eq. 10).
struct ObjectiveConfig {
  MethodName method = MethodName::kRocm;
  objective::DivergenceKind divergence = objective::DivergenceKind::kKl;
  NumberOr<double, BetaChoice> beta = 0.1;
  objective::BetaSchedule beta_schedule = objective::BetaSchedule::kConstant;
  double beta_end = 0.0;
  double beta_share = 0.1;
  std::int64_t beta_probe = 10;
  double beta_rate = 0.0;
  std::vector<double> transition_weights;
  model::DistanceReduction reduction = model::DistanceReduction::kMean;
  JsEstimator js_estimator = JsEstimator::kExact;
  std::int64_t js_samples = 1;
  ReferenceGradient reference_gradient = ReferenceGradient::kDetached;
  std::int64_t measure_every = 0;
  objective::DivergenceKind measure = objective::DivergenceKind::kKl;
  NumberOr<std::int64_t, TruncateRule> truncate = TruncateRule::kAll;
  std::int64_t extra_draws = 0;
  std::int64_t late_steps = 0;
  model::RewardRule reward_rule = model::RewardRule::kSum;
  double reward_std_weight = 1.0;
  double augment_crop = 1.0;
  double augment_noise = 0.0;

  template <class Self, class Visitor>
  static void describe(Self& self, Visitor&& visit) {
    visit(self.method, Field{.name = "method", .meaning = "how the policy learns"});
    visit(self.divergence,
          Field{.name = "divergence", .meaning = "D between the policy and the reference"});
    visit(self.beta,
          Field{.name = "beta", .meaning = "weight of the divergence [1]", .at_least = 0.0});
    visit(self.beta_schedule,
          Field{.name = "beta_schedule", .meaning = "how a number for beta moves over the run"});
    visit(self.beta_end,
          Field{.name = "beta_end", .meaning = "where the schedule ends [1]", .at_least = 0.0});
    visit(self.beta_share, Field{.name = "beta_share",
                                 .meaning = "with beta \"auto\": beta * divergence as a share of "
                                            "the reward [1]",
                                 .more_than = 0.0});
    visit(self.beta_probe, Field{.name = "beta_probe",
                                 .meaning = "with beta \"auto\": first steps, without a pull, from "
                                            "whose second half it is found [steps]",
                                 .at_least = 2});
    visit(self.beta_rate, Field{.name = "beta_rate",
                                .meaning = "with beta \"auto\": share of the way to beta_share, in "
                                           "log beta, that each later step goes; 0 = hold beta [1]",
                                .at_least = 0.0,
                                .at_most = 1.0});
    visit(
        self.transition_weights,
        Field{.name = "transition_weights",
              .meaning = "of the divergence at each transition, from the noisiest; [] = all 1 [1]",
              .at_least = 0.0});
    visit(self.reduction,
          Field{.name = "reduction", .meaning = "of squared distances over channels and pixels"});
    visit(self.js_estimator, Field{.name = "js_estimator",
                                   .meaning = "the Jensen-Shannon integral: exact, or the paper's "
                                              "samples"});
    visit(self.js_samples, Field{.name = "js_samples",
                                 .meaning = "of js_estimator \"sampled\", per transition [count]",
                                 .at_least = 1,
                                 .at_most = 1e5});
    visit(self.reference_gradient, Field{.name = "reference_gradient",
                                         .meaning = "detached: the reference's output is a "
                                                    "constant; full: the exact gradient"});
    visit(self.measure_every, Field{.name = "measure_every",
                                    .meaning = "with divergence \"none\": measure a divergence at "
                                               "every m-th step without using it; 0 = never "
                                               "[steps]",
                                    .at_least = 0});
    visit(self.measure, Field{.name = "measure", .meaning = "the divergence measured then"});
    visit(self.truncate, Field{.name = "truncate",
                               .meaning = "gradients flow through the last K network calls [count]",
                               .at_least = 1});
    visit(self.extra_draws, Field{.name = "extra_draws",
                                  .meaning = "the last step's gradient is averaged over so many "
                                             "more draws of its noise; with truncate = 1 [count]",
                                  .at_least = 0});
    visit(self.late_steps, Field{.name = "late_steps",
                                 .meaning = "score what one of the last m steps, drawn for each "
                                            "unit, takes for the picture; 0 = the picture [steps]",
                                 .at_least = 0});
    visit(self.reward_rule, Field{.name = "reward_rule",
                                  .meaning = "how the weighted [[reward]] become one: sum, min, or "
                                             "mean_minus_std over them"});
    visit(self.reward_std_weight,
          Field{.name = "reward_std_weight",
                .meaning = "of the standard deviation in mean_minus_std [1]",
                .at_least = 0.0});
    visit(self.augment_crop,
          Field{.name = "augment_crop",
                .meaning = "rewards see a random window of the picture: its smallest side; 1 = the "
                           "whole picture [share of the side]",
                .at_most = 1.0,
                .more_than = 0.0});
    visit(self.augment_noise,
          Field{.name = "augment_noise",
                .meaning = "and Gaussian noise on it: its standard deviation [pixels in 0..1]",
                .at_least = 0.0});
  }
};

/// Whether a method climbs the reward's gradient, which then must have one. The others sample and
/// reinforce.
[[nodiscard]] constexpr bool is_first_order(MethodName method) {
  return method == MethodName::kRocm || method == MethodName::kAlignProp ||
         method == MethodName::kDraft || method == MethodName::kRefl;
}

/// Whether a divergence is part of what is minimised.
[[nodiscard]] constexpr bool regularises(const ObjectiveConfig& objective) {
  return objective.divergence != objective::DivergenceKind::kNone;
}

/// Whether gradients flow through the last network call alone.
[[nodiscard]] inline bool trains_last_step_only(const ObjectiveConfig& objective) {
  return objective.truncate == NumberOr<std::int64_t, TruncateRule>(1);
}

/// How many samples that follow each other share prompt and initial latent: D3PO compares two.
[[nodiscard]] constexpr std::int64_t samples_per_group(MethodName method) {
  return method == MethodName::kD3po ? 2 : 1;
}

}  // namespace rocm::launcher
