// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "dist/base/field.hpp"
#include "launcher/config/choice.hpp"
#include "model/rewards/reward_rule.hpp"
#include "model/rollout.hpp"
#include "objective/divergence.hpp"

namespace rocm::launcher {

enum class Method : std::uint8_t { kRocm, kRlcm, kDdpo, kDpok, kD3po, kAlignProp, kDraft, kRefl };
template <>
inline constexpr auto kChoices<Method> = std::to_array<Choice<Method>>({{Method::kRocm, "rocm"},
                                                                        {Method::kRlcm, "rlcm"},
                                                                        {Method::kDdpo, "ddpo"},
                                                                        {Method::kDpok, "dpok"},
                                                                        {Method::kD3po, "d3po"},
                                                                        {Method::kAlignProp,
                                                                         "alignprop"},
                                                                        {Method::kDraft, "draft"},
                                                                        {Method::kRefl, "refl"}});

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
enum class BetaRule : std::uint8_t { kAuto };
template <>
inline constexpr auto kChoices<BetaRule> = std::to_array<Choice<BetaRule>>({{BetaRule::kAuto,
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

/// [objective]: maximise mean(reward) - beta * mean(sum over transitions of D) (paper, eq. 10).
struct ObjectiveConfig {
  Method method = Method::kRocm;
  objective::DivergenceKind divergence = objective::DivergenceKind::kKl;
  NumberOr<double, BetaRule> beta = 0.1;
  model::DistanceReduction reduction = model::DistanceReduction::kMean;
  JsEstimator js_estimator = JsEstimator::kExact;
  std::int64_t js_samples = 1;
  ReferenceGradient reference_gradient = ReferenceGradient::kDetached;
  std::int64_t measure_every = 0;
  objective::DivergenceKind measure = objective::DivergenceKind::kKl;
  NumberOr<std::int64_t, TruncateRule> truncate = TruncateRule::kAll;
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
[[nodiscard]] constexpr bool is_first_order(Method method) {
  return method == Method::kRocm || method == Method::kAlignProp || method == Method::kDraft ||
         method == Method::kRefl;
}

}  // namespace rocm::launcher
