// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/noise_schedule.hpp"
#include "model/sampling_schedule.hpp"

namespace rocm::model {

/// Which of the training's inference timesteps the sampler visits; results of code from before
/// diffusers 0.24 (RLCM's among them) need kLegacy.
enum class TimestepRule : std::uint8_t {
  kDiffusers,  ///< floor of an even spacing (diffusers >= 0.24)
  kLegacy,     ///< every (original_inference_steps / num_steps)-th, from the top
};

/// Timesteps in sampling order. Throws Failure(kUsage) if num_steps is not in
/// [1, original_inference_steps]. Source: diffusers LCMScheduler.set_timesteps.
[[nodiscard]] std::vector<std::int64_t> lcm_timesteps(const NoiseScheduleConfig& config,
                                                      std::int64_t num_steps, TimestepRule rule);

/// The N steps of multistep consistency sampling (paper, algorithm 1): N - 1 noisy transitions to
/// mu_n = alpha(t_{n+1}) * f(x_n, t_n), and a last one that returns f itself, where
///   f(x, t) = c_out(t) * x0(x, e) + c_skip(t) * x,
///   c_skip = s_d^2 / (s^2 + s_d^2), c_out = s / sqrt(s^2 + s_d^2), s = t * timestep_scaling,
/// s_d = 0.5, and x0 is what the prediction type makes of x and the network's output e.
[[nodiscard]] SamplingSchedule lcm_schedule(const NoiseScheduleConfig& config,
                                            std::int64_t num_steps, TimestepRule rule);

}  // namespace rocm::model
