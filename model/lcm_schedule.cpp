// SPDX-License-Identifier: Apache-2.0
#include "model/lcm_schedule.hpp"

#include <cmath>

#include <fmt/format.h>

#include "dist/base/contract.hpp"
#include "model/estimate.hpp"

namespace rocm::model {
namespace {

constexpr double kSigmaData = 0.5;

/// f(x, t) as an affine map of x and the network's output.
Estimate consistency_map(const NoiseScheduleConfig& config, std::int64_t t, double alpha_bar) {
  const Estimate x0 = clean_estimate(config.prediction, alpha_bar);
  const double s = static_cast<double>(t) * config.timestep_scaling;
  const double square = s * s + kSigmaData * kSigmaData;
  const double c_skip = kSigmaData * kSigmaData / square;
  const double c_out = s / std::sqrt(square);
  return {.state = c_out * x0.state + c_skip, .output = c_out * x0.output};
}

/// Position, among the original inference steps counted from the noisiest, of sampling step i.
std::int64_t visited(std::int64_t i, std::int64_t num_steps, std::int64_t original,
                     TimestepRule rule) {
  if (rule == TimestepRule::kLegacy) return i * (original / num_steps);
  const double spacing = static_cast<double>(original) / static_cast<double>(num_steps);
  return static_cast<std::int64_t>(
      std::floor(static_cast<double>(i) * spacing));  // as NumPy rounds
}

}  // namespace

std::vector<std::int64_t> lcm_timesteps(const NoiseScheduleConfig& config, std::int64_t num_steps,
                                        TimestepRule rule) {
  const std::int64_t original = config.original_inference_steps;
  require(num_steps >= 1 && num_steps <= original,
          {.where = "model.steps",
           .problem = fmt::format("{} steps were asked for", num_steps),
           .because = fmt::format("the model was distilled on {} inference timesteps", original),
           .advice = fmt::format("choose 1 to {}", original)});
  const std::int64_t stride = config.num_train_timesteps / original;
  std::vector<std::int64_t> timesteps;
  for (std::int64_t i = 0; i < num_steps; ++i) {
    const std::int64_t from_top = visited(i, num_steps, original, rule);
    timesteps.push_back((original - from_top) * stride - 1);
  }
  return timesteps;
}

SamplingSchedule lcm_schedule(const NoiseScheduleConfig& config, std::int64_t num_steps,
                              TimestepRule rule) {
  const auto timesteps = lcm_timesteps(config, num_steps, rule);
  const auto alpha_bar = alphas_cumprod(config);
  const auto alpha_bar_at = [&](std::int64_t t) { return alpha_bar[static_cast<std::size_t>(t)]; };
  SamplingSchedule schedule;
  for (std::size_t n = 0; n < timesteps.size(); ++n) {
    const bool last = n + 1 == timesteps.size();
    const std::int64_t next = last ? 0 : timesteps[n + 1];
    const double next_alpha = last ? 1.0 : std::sqrt(alpha_bar_at(next));
    const double sigma = last ? 0.0 : std::sqrt(1.0 - alpha_bar_at(next));
    const Estimate f = consistency_map(config, timesteps[n], alpha_bar_at(timesteps[n]));
    schedule.push_back({.timestep = timesteps[n],
                        .next_timestep = next,
                        .state_scale = next_alpha * f.state,
                        .output_scale = next_alpha * f.output,
                        .sigma = sigma,
                        .alpha_bar = alpha_bar_at(timesteps[n]),
                        .clean = f,
                        .draws_noise = !last});
  }
  return schedule;
}

}  // namespace rocm::model
