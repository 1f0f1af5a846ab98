// SPDX-License-Identifier: Apache-2.0
#include "model/lcm_schedule.hpp"

#include <cmath>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::model {
namespace {

using Timesteps = std::vector<std::int64_t>;
using test::golden_tensors;

/// The timesteps of a model distilled on 50 of 1000, for 1, 2, ... 8 sampling steps.
void expect_timesteps(TimestepRule rule, const std::vector<Timesteps>& by_count) {
  for (std::size_t i = 0; i < by_count.size(); ++i)
    EXPECT_EQ(lcm_timesteps({}, static_cast<std::int64_t>(i) + 1, rule), by_count[i])
        << i + 1 << " steps";
}

TEST(LcmTimesteps, FollowTheEvenSpacingOfDiffusers024) {
  expect_timesteps(TimestepRule::kDiffusers, {{999},
                                              {999, 499},
                                              {999, 679, 339},
                                              {999, 759, 499, 259},
                                              {999, 799, 599, 399, 199},
                                              {999, 839, 679, 499, 339, 179},
                                              {999, 859, 719, 579, 439, 299, 159},
                                              {999, 879, 759, 639, 499, 379, 259, 139}});
}

TEST(LcmTimesteps, FollowTheSkippingStepOfOlderCode) {
  expect_timesteps(TimestepRule::kLegacy, {{999},
                                           {999, 499},
                                           {999, 679, 359},
                                           {999, 759, 519, 279},
                                           {999, 799, 599, 399, 199},
                                           {999, 839, 679, 519, 359, 199},
                                           {999, 859, 719, 579, 439, 299, 159},
                                           {999, 879, 759, 639, 519, 399, 279, 159}});
}

TEST(LcmTimesteps, ReachEveryInferenceTimestep) {
  Timesteps all;
  for (std::int64_t t = 999; t > 0; t -= 20) all.push_back(t);
  EXPECT_EQ(lcm_timesteps({}, 50, TimestepRule::kDiffusers), all);
  EXPECT_EQ(lcm_timesteps({}, 50, TimestepRule::kLegacy), all);
}

TEST(LcmTimesteps, OfMoreStepsThanTheModelKnowsAreRefused) {
  for (const std::int64_t steps : {0, 51}) {
    const std::string message = rocm::test::failure_of(
        ExitCode::kUsage, [&] { (void)lcm_timesteps({}, steps, TimestepRule::kDiffusers); });
    EXPECT_EQ(message, fmt::format("model.steps: {} steps were asked for (the model was distilled "
                                   "on 50 inference timesteps). choose 1 to 50.",
                                   steps));
  }
}

TEST(AlphasCumprod, IsTheReferencesTable) {
  const at::Tensor expected = golden_tensors("schedulers").at("alphas_cumprod").to(at::kDouble);
  const std::vector<double> computed = alphas_cumprod({});
  ASSERT_EQ(static_cast<std::int64_t>(computed.size()), expected.numel());
  for (std::size_t t = 0; t < computed.size(); ++t) {
    const double value = expected[static_cast<std::int64_t>(t)].item<double>();
    EXPECT_NEAR(computed[t], value, 3e-7 * value) << "timestep " << t;
  }
}

TEST(AlphasCumprod, OfALinearScheduleSpacesTheBetasThemselves) {
  NoiseScheduleConfig config{.num_train_timesteps = 3, .beta_start = 0.1, .beta_end = 0.3};
  config.beta_schedule = "linear";
  const std::vector<double> computed = alphas_cumprod(config);
  EXPECT_NEAR(computed[0], 0.9, 1e-7);
  EXPECT_NEAR(computed[1], 0.9 * 0.8, 1e-7);
  EXPECT_NEAR(computed[2], 0.9 * 0.8 * 0.7, 1e-7);
}

TEST(LcmSchedule, WalksTheReferencesTrace) {
  const auto trace = golden_tensors("schedulers");
  const auto of_step = [&](const char* what, std::size_t n) {
    return trace.at(fmt::format("lcm.{}{}", what, n)).to(at::kDouble);
  };
  const SamplingSchedule schedule = lcm_schedule({}, 4, TimestepRule::kDiffusers);
  at::Tensor state = trace.at("lcm.x0").to(at::kDouble);
  for (std::size_t n = 0; n < schedule.size(); ++n) {
    const SamplingStep& step = schedule[n];
    EXPECT_EQ(step.timestep,
              trace.at("lcm.timesteps")[static_cast<std::int64_t>(n)].item<std::int64_t>());
    const at::Tensor mean = state.mul(step.state_scale).add(of_step("eps", n), step.output_scale);
    state = mean.add(of_step("noise", n), step.sigma);
    EXPECT_LT(test::relative_difference(state, of_step("prev", n)), 1e-5) << "step " << n;
  }
  EXPECT_LT(test::relative_difference(state, trace.at("lcm.denoised3")), 1e-5);
}

TEST(LcmSchedule, DrawsNoiseInAllStepsButTheLast) {
  const SamplingSchedule schedule = lcm_schedule({}, 8, TimestepRule::kDiffusers);
  EXPECT_EQ(num_transitions(schedule), 7U);
  EXPECT_EQ(schedule.back().sigma, 0.0);
  const std::vector<double> table = alphas_cumprod({});
  for (std::size_t n = 0; n + 1 < schedule.size(); ++n) {
    EXPECT_EQ(schedule[n].next_timestep, schedule[n + 1].timestep);
    const auto next = static_cast<std::size_t>(schedule[n + 1].timestep);
    EXPECT_DOUBLE_EQ(schedule[n].sigma, std::sqrt(1.0 - table[next])) << "transition " << n;
  }
}

/// x and the network's output for a clean latent x0 and noise e at timestep t.
struct Forward {
  double state;
  double output;
};

Forward forward(PredictionType prediction, double alpha_bar, double x0, double e) {
  const double alpha = std::sqrt(alpha_bar), sigma = std::sqrt(1.0 - alpha_bar);
  const double x = alpha * x0 + sigma * e;
  switch (prediction) {
    case PredictionType::kEpsilon:
      return {x, e};
    case PredictionType::kVelocity:
      return {x, alpha * e - sigma * x0};
    case PredictionType::kSample:
      break;
  }
  return {x, x0};
}

TEST(LcmSchedule, RecoversTheCleanLatentFromEveryPredictionType) {
  constexpr double kClean = 1.7, kNoise = -0.6;
  for (const auto prediction :
       {PredictionType::kEpsilon, PredictionType::kVelocity, PredictionType::kSample}) {
    const NoiseScheduleConfig config{.prediction = prediction};
    const SamplingStep last = lcm_schedule(config, 8, TimestepRule::kDiffusers).back();
    const double alpha_bar = alphas_cumprod(config)[static_cast<std::size_t>(last.timestep)];
    const Forward given = forward(prediction, alpha_bar, kClean, kNoise);
    const double x0 = last.state_scale * given.state + last.output_scale * given.output;
    // The boundary condition mixes 0.25 / (s^2 + 0.25) = 1.3e-7 of x in, with s = 1390.
    EXPECT_NEAR(x0, kClean, 1e-6) << static_cast<int>(prediction);
  }
}

NoiseScheduleConfig read_schedule(const char* json) {
  return NoiseScheduleConfig::from_json(nlohmann::json::parse(json), "scheduler");
}

TEST(NoiseScheduleConfig, TakesDiffusersDefaultsForWhatIsAbsentOrNull) {
  const auto config = read_schedule(R"({"beta_start": null, "_class_name": "LCMScheduler"})");
  EXPECT_EQ(config.num_train_timesteps, 1000);
  EXPECT_EQ(config.beta_start, 0.00085);
  EXPECT_EQ(config.beta_end, 0.012);
  EXPECT_EQ(config.beta_schedule, "scaled_linear");
  EXPECT_EQ(config.prediction, PredictionType::kEpsilon);
  EXPECT_EQ(config.original_inference_steps, 50);
  EXPECT_EQ(config.timestep_scaling, 10.0);
}

TEST(NoiseScheduleConfig, ReadsWhatIsGiven) {
  const auto config =
      read_schedule(R"({"num_train_timesteps": 100, "beta_start": 0.01, "beta_end": 0.02,
      "beta_schedule": "linear", "prediction_type": "v_prediction", "timestep_scaling": 5,
      "original_inference_steps": 20})");
  EXPECT_EQ(config.num_train_timesteps, 100);
  EXPECT_EQ(config.beta_start, 0.01);
  EXPECT_EQ(config.beta_end, 0.02);
  EXPECT_EQ(config.beta_schedule, "linear");
  EXPECT_EQ(config.prediction, PredictionType::kVelocity);
  EXPECT_EQ(config.original_inference_steps, 20);
  EXPECT_EQ(config.timestep_scaling, 5.0);
}

TEST(NoiseScheduleConfig, RefusesWhatWouldNotBeComputedExactly) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"clip_sample", "true"},
                                                        {"thresholding", "true"},
                                                        {"rescale_betas_zero_snr", "true"},
                                                        {"trained_betas", "[0.1, 0.2]"},
                                                        {"beta_schedule", "\"squaredcos_cap_v2\""},
                                                        {"prediction_type", "\"flow\""}}) {
    const std::string message = rocm::test::failure_of(ExitCode::kInput, [&, k = key, v = value] {
      (void)read_schedule(fmt::format("{{\"{}\": {}}}", k, v).c_str());
    });
    EXPECT_TRUE(message.starts_with(fmt::format("scheduler: {} is ", key))) << message;
    EXPECT_NE(message.find("is computed here"), std::string::npos) << message;
  }
}

TEST(NoiseScheduleConfig, RefusesNumbersThatMakeNoSchedule) {
  for (const char* json :
       {R"({"num_train_timesteps": 0})", R"({"num_train_timesteps": 2000000})",
        R"({"original_inference_steps": 0})", R"({"original_inference_steps": 1001})",
        R"({"beta_start": 0.0})", R"({"beta_end": 1.0})"}) {
    const std::string message =
        rocm::test::failure_of(ExitCode::kInput, [&] { (void)read_schedule(json); });
    EXPECT_NE(message.find("or a beta is out of range"), std::string::npos)
        << json << ": " << message;
  }
}

TEST(NoiseScheduleConfig, RefusesWhatTheJsonLibraryWouldConvert) {
  for (const char* json :
       {R"({"num_train_timesteps": 1e300})", R"({"num_train_timesteps": 1000.5})",
        R"({"original_inference_steps": true})", R"({"beta_start": false})"}) {
    const std::string message =
        rocm::test::failure_of(ExitCode::kInput, [&] { (void)read_schedule(json); });
    EXPECT_NE(message.find(" has the wrong type"), std::string::npos) << json << ": " << message;
  }
}

TEST(NoiseScheduleConfig, RefusesAValueOfTheWrongType) {
  const std::string message = rocm::test::failure_of(
      ExitCode::kInput, [] { (void)read_schedule(R"({"beta_start": "small"})"); });
  EXPECT_TRUE(message.starts_with("scheduler: beta_start has the wrong type")) << message;
}

}  // namespace
}  // namespace rocm::model
