// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace rocm::model {

/// One step of a sampler whose next state is Gaussian with a mean that is affine in the state x and
/// in the network's output e:
///   mean = state_scale * x + output_scale * e,   x_next = mean + sigma * z,   z ~ N(0, I).
/// LCM and DDIM steps are both of this form, for every prediction type. sigma comes from the
/// schedule alone, so policy and reference share it. sigma = 0 marks the last, deterministic step.
struct SamplingStep {
  std::int64_t timestep = 0;
  std::int64_t next_timestep = 0;
  double state_scale = 0.0;
  double output_scale = 0.0;
  double sigma = 0.0;  ///< standard deviation of the transition [latent units]
};

/// In sampling order: timesteps fall.
using SamplingSchedule = std::vector<SamplingStep>;

/// How many steps of the schedule draw noise, i.e. are transitions of the policy.
[[nodiscard]] std::size_t num_transitions(const SamplingSchedule& schedule);

}  // namespace rocm::model
