// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "model/estimate.hpp"

namespace rocm::model {

/// One step of a sampler whose next state is Gaussian with a mean that is affine in the state x and
/// in the network's output e:
///   mean = state_scale * x + output_scale * e,   x_next = mean + sigma * z,   z ~ N(0, I).
/// LCM and DDIM steps are both of this form, for every prediction type. sigma comes from the
/// schedule alone, so policy and reference share it.
struct SamplingStep {
  std::int64_t timestep = 0;
  std::int64_t next_timestep = 0;
  double state_scale = 0.0;
  double output_scale = 0.0;
  double sigma = 0.0;        ///< standard deviation of the transition [latent units]
  double alpha_bar = 1.0;    ///< of the state: x = sqrt(alpha_bar) x0 + sqrt(1 - alpha_bar) noise
  Estimate clean = {};       ///< x0 as the state and the output have it
  bool draws_noise = false;  ///< a transition of the policy, which consumes a z; else sigma is 0
};

/// In sampling order: timesteps fall. Steps that draw noise come first, so that transition n is
/// step n.
using SamplingSchedule = std::vector<SamplingStep>;

/// The first steps of a schedule and then, in place of step `last`, a jump to its estimate of x0:
/// what ReFL scores (ImageReward, Xu et al., arXiv 2304.05977, algorithm 1).
[[nodiscard]] SamplingSchedule ending_at(const SamplingSchedule& schedule, std::size_t last);

/// The last step alone, a map from a noisy latent to the sample.
[[nodiscard]] SamplingSchedule last_step_of(const SamplingSchedule& schedule);

/// How many steps of the schedule draw noise, i.e. are transitions of the policy.
[[nodiscard]] std::size_t num_transitions(const SamplingSchedule& schedule);

/// Whether every transition has a density, which log-probabilities need. It has none where a step
/// draws noise of sigma = 0: DDIM's last step, if that ends at alpha-bar 1 or starts at t = 0.
[[nodiscard]] bool has_densities(const SamplingSchedule& schedule);

}  // namespace rocm::model
