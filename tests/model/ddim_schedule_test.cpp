// SPDX-License-Identifier: Apache-2.0
#include "model/ddim_schedule.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "model/estimate.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::model {
namespace {

using Timesteps = std::vector<std::int64_t>;
using test::golden_tensors;

DdimConfig offset_by(std::int64_t steps) {
  DdimConfig config;
  config.steps_offset = steps;
  return config;
}

DdimConfig spaced(const char* spacing) {
  DdimConfig config;
  config.timestep_spacing = spacing;
  return config;
}

/// The first five and the last two of 50 timesteps.
Timesteps ends_of_fifty(const DdimConfig& config) {
  const Timesteps all = ddim_timesteps(config, 50);
  EXPECT_EQ(all.size(), 50U);
  Timesteps ends(all.begin(), all.begin() + 5);
  ends.insert(ends.end(), all.end() - 2, all.end());
  return ends;
}

TEST(DdimTimesteps, FollowEverySpacingOfDiffusers) {
  EXPECT_EQ(ends_of_fifty(DdimConfig()), (Timesteps{981, 961, 941, 921, 901, 21, 1}));
  EXPECT_EQ(ends_of_fifty(offset_by(0)), (Timesteps{980, 960, 940, 920, 900, 20, 0}));
  EXPECT_EQ(ends_of_fifty(spaced("trailing")), (Timesteps{999, 979, 959, 939, 919, 39, 19}));
  EXPECT_EQ(ends_of_fifty(spaced("linspace")), (Timesteps{999, 979, 958, 938, 917, 20, 0}));
}

TEST(DdimTimesteps, OfOneStepStartWhereTheReferenceStarts) {
  EXPECT_EQ(ddim_timesteps(DdimConfig(), 1), Timesteps{1});
  EXPECT_EQ(ddim_timesteps(spaced("trailing"), 1), Timesteps{999});
  EXPECT_EQ(ddim_timesteps(spaced("linspace"), 1), Timesteps{0});
}

TEST(DdimTimesteps, RoundHalvesAsNumPysArangeHasThem) {
  // 1000 - 45 * 1000 / 48 = 62.5; np.arange(1000, 0, -1000 / 48)[45] is just below it.
  const Timesteps trailing = ddim_timesteps(spaced("trailing"), 48);
  EXPECT_EQ(trailing[3], 936);
  EXPECT_EQ(trailing[45], 61);
}

TEST(DdimTimesteps, BeyondTheTrainingAreRefused) {
  for (const std::int64_t steps : {0, 1001}) {
    const std::string message = rocm::test::failure_of(
        ExitCode::kUsage, [&] { (void)ddim_timesteps(offset_by(0), steps); });
    EXPECT_TRUE(message.starts_with(fmt::format("model.steps: {} steps were asked for", steps)))
        << message;
  }
  const std::string message =
      rocm::test::failure_of(ExitCode::kUsage, [] { (void)ddim_timesteps(DdimConfig(), 1000); });
  EXPECT_TRUE(message.starts_with("model.steps: 1000 steps start at timestep 1000")) << message;
  EXPECT_NO_THROW((void)ddim_timesteps(offset_by(0), 1000));
}

/// Follows the reference's trace: its network outputs and its noise, five steps.
void expect_trace(double eta) {
  const auto trace = golden_tensors("schedulers");
  const auto of_step = [&](const char* name, std::size_t n) {
    return trace.at(fmt::format("lcm.{}{}", name, n % 4));
  };
  const SamplingSchedule schedule = ddim_schedule(DdimConfig(), 5, eta);
  ASSERT_EQ(schedule.size(), 5U);
  at::Tensor state = trace.at("lcm.x0").to(at::kDouble);
  for (std::size_t n = 0; n < schedule.size(); ++n) {
    const SamplingStep& step = schedule[n];
    EXPECT_EQ(step.timestep,
              trace.at("ddim.timesteps")[static_cast<std::int64_t>(n)].item<std::int64_t>());
    const at::Tensor mean = state.mul(step.state_scale).add(of_step("eps", n), step.output_scale);
    state = mean.add(of_step("noise", n), step.sigma);
    const at::Tensor expected = trace.at(fmt::format("ddim{:.0f}.prev{}", eta, n));
    EXPECT_LT(test::relative_difference(state, expected), 1e-5) << "step " << n;
  }
}

TEST(DdimSchedule, WithoutNoiseGivesTheReferencesStates) {
  expect_trace(0.0);
}

TEST(DdimSchedule, WithNoiseGivesTheReferencesStates) {
  expect_trace(1.0);
}

TEST(DdimSchedule, DrawsNoiseInEveryStepOrInNone) {
  EXPECT_EQ(num_transitions(ddim_schedule(DdimConfig(), 20, 0.0)), 0U);
  for (const SamplingStep& step : ddim_schedule(DdimConfig(), 20, 0.0)) EXPECT_EQ(step.sigma, 0.0);
  const SamplingSchedule half = ddim_schedule(DdimConfig(), 20, 0.5),
                         full = ddim_schedule(DdimConfig(), 20, 1.0);
  EXPECT_EQ(num_transitions(half), 20U);
  EXPECT_TRUE(has_densities(half));
  for (std::size_t n = 0; n < half.size(); ++n) {
    EXPECT_GT(full[n].sigma, 0.0);
    EXPECT_NEAR(half[n].sigma, 0.5 * full[n].sigma, 1e-15) << "step " << n;
  }
}

TEST(DdimSchedule, StepsByArithmeticNotToTheNextTimestepOfTheList) {
  // 1000 / 7 = 142: the leading timesteps are 142 apart, and the last goes below zero.
  const SamplingSchedule leading = ddim_schedule(DdimConfig(), 7, 0.0);
  EXPECT_EQ(leading[0].timestep, 853);
  EXPECT_EQ(leading[0].next_timestep, 711);
  EXPECT_EQ(leading.back().next_timestep, 0);
  // Evenly spaced ones are 142.7 apart, but the step is 1000 / 8.
  const SamplingSchedule even = ddim_schedule(spaced("linspace"), 8, 0.0);
  EXPECT_EQ(even[1].timestep, 856);
  EXPECT_EQ(even[0].next_timestep, 999 - 125);
}

TEST(DdimSchedule, ThatEndsAtAlphaBarOneHasATransitionWithoutDensity) {
  DdimConfig config;
  config.set_alpha_to_one = true;
  const SamplingSchedule schedule = ddim_schedule(config, 20, 1.0);
  EXPECT_EQ(num_transitions(schedule), 20U);
  EXPECT_EQ(schedule.back().sigma, 0.0);
  EXPECT_FALSE(has_densities(schedule));
  const Estimate x0 = clean_estimate(PredictionType::kEpsilon, alphas_cumprod({})[1]);
  EXPECT_DOUBLE_EQ(schedule.back().state_scale, x0.state);
  EXPECT_DOUBLE_EQ(schedule.back().output_scale, x0.output);
}

TEST(DdimSchedule, ThatStartsItsLastStepAtTimestepZeroHasATransitionWithoutDensity) {
  EXPECT_FALSE(has_densities(ddim_schedule(offset_by(0), 20, 1.0)));
  EXPECT_FALSE(has_densities(ddim_schedule(spaced("linspace"), 20, 1.0)));
  EXPECT_TRUE(has_densities(ddim_schedule(spaced("trailing"), 20, 1.0)));
}

/// What a network that knows x0 and the noise says.
double exact_output(PredictionType prediction, double alpha_bar, double x0, double noise) {
  switch (prediction) {
    case PredictionType::kVelocity:
      return std::sqrt(alpha_bar) * noise - std::sqrt(1.0 - alpha_bar) * x0;
    case PredictionType::kSample:
      return x0;
    case PredictionType::kEpsilon:
      break;
  }
  return noise;
}

/// DDIM, equation 12: the mean is sqrt(a') x0 + sqrt(1 - a' - sigma^2) noise, whatever is
/// predicted.
TEST(DdimSchedule, OfAnExactNetworkMovesAlongTheDiffusionForEveryPredictionType) {
  constexpr double kClean = 1.7, kNoise = -0.6;
  for (const auto prediction :
       {PredictionType::kEpsilon, PredictionType::kVelocity, PredictionType::kSample}) {
    DdimConfig config;
    config.noise.prediction = prediction;
    const std::vector<double> table = alphas_cumprod(config.noise);
    for (const SamplingStep& step : ddim_schedule(config, 10, 0.7)) {
      const double a = table[static_cast<std::size_t>(step.timestep)];
      const double next = table[static_cast<std::size_t>(step.next_timestep)];
      const double x = std::sqrt(a) * kClean + std::sqrt(1.0 - a) * kNoise;
      const double e = exact_output(prediction, a, kClean, kNoise);
      EXPECT_NEAR(
          step.state_scale * x + step.output_scale * e,
          std::sqrt(next) * kClean + std::sqrt(1.0 - next - step.sigma * step.sigma) * kNoise,
          1e-12)
          << "timestep " << step.timestep << ", prediction " << static_cast<int>(prediction);
    }
  }
}

DdimConfig read_ddim(const char* json) {
  return DdimConfig::from_json(nlohmann::json::parse(json), "scheduler");
}

TEST(DdimConfig, OfAnotherSamplersFileTakesStableDiffusionsValuesForWhatIsAbsent) {
  const DdimConfig config = read_ddim(R"({"_class_name": "DEISMultistepScheduler",
      "beta_start": 0.00085, "steps_offset": null, "solver_order": 2})");
  EXPECT_EQ(config.timestep_spacing, "leading");
  EXPECT_EQ(config.steps_offset, 1);
  EXPECT_FALSE(config.set_alpha_to_one);
  EXPECT_EQ(config.noise.beta_end, 0.012);
  EXPECT_EQ(config.noise.beta_schedule, "scaled_linear");
}

TEST(DdimConfig, OfDdimsOwnFileTakesTheClasssDefaultsForWhatIsAbsent) {
  const DdimConfig config =
      read_ddim(R"({"_class_name": "DDIMScheduler", "clip_sample": false, "beta_end": null})");
  EXPECT_EQ(config.timestep_spacing, "leading");
  EXPECT_EQ(config.steps_offset, 0);
  EXPECT_TRUE(config.set_alpha_to_one);
  EXPECT_EQ(config.noise.beta_start, 0.0001);
  EXPECT_EQ(config.noise.beta_end, 0.02);
  EXPECT_EQ(config.noise.beta_schedule, "linear");
}

TEST(DdimConfig, TakesWhatIsGiven) {
  for (const char* name : {"DDIMScheduler", "PNDMScheduler"}) {
    const DdimConfig config = read_ddim(
        fmt::format(R"({{"_class_name": "{}", "clip_sample": false, "timestep_spacing": "trailing",
        "steps_offset": 3, "set_alpha_to_one": true, "prediction_type": "v_prediction",
        "beta_start": 0.001}})",
                    name)
            .c_str());
    EXPECT_EQ(config.timestep_spacing, "trailing");
    EXPECT_EQ(config.steps_offset, 3);
    EXPECT_TRUE(config.set_alpha_to_one);
    EXPECT_EQ(config.noise.prediction, PredictionType::kVelocity);
    EXPECT_EQ(config.noise.beta_start, 0.001);
  }
}

TEST(DdimConfig, RefusesTheClippingThatItsOwnClassTurnsOnSilently) {
  const std::string message = rocm::test::failure_of(
      ExitCode::kInput, [] { (void)read_ddim(R"({"_class_name": "DDIMScheduler"})"); });
  EXPECT_TRUE(message.starts_with("scheduler: clip_sample is absent")) << message;
  EXPECT_NO_THROW((void)read_ddim(R"({"_class_name": "PNDMScheduler"})"));
}

TEST(DdimConfig, RefusesWhatWouldNotBeComputedExactly) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"clip_sample", "true"},
                                                        {"thresholding", "true"},
                                                        {"rescale_betas_zero_snr", "true"},
                                                        {"timestep_spacing", "\"log\""},
                                                        {"steps_offset", "-1"},
                                                        {"steps_offset", "0.5"},
                                                        {"steps_offset", "1000"},
                                                        {"prediction_type", "\"flow\""}}) {
    const std::string message = rocm::test::failure_of(ExitCode::kInput, [&, k = key, v = value] {
      (void)read_ddim(fmt::format("{{\"{}\": {}}}", k, v).c_str());
    });
    EXPECT_TRUE(message.starts_with(fmt::format("scheduler: {} is ", key))) << message;
  }
}

TEST(DdimConfig, SaysInOneLineWhatItIs) {
  EXPECT_EQ(DdimConfig().summary(),
            "DDIM, leading timesteps, steps_offset 1, set_alpha_to_one false, epsilon prediction, "
            "scaled_linear betas 0.00085 to 0.012");
}

}  // namespace
}  // namespace rocm::model
