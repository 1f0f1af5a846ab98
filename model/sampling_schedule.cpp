// SPDX-License-Identifier: Apache-2.0
#include "model/sampling_schedule.hpp"

#include <algorithm>

#include "dist/base/contract.hpp"

namespace rocm::model {

namespace {

SamplingStep jump_of(const SamplingStep& step) {
  SamplingStep jump = step;
  jump.next_timestep = 0;
  jump.state_scale = step.clean.state;
  jump.output_scale = step.clean.output;
  jump.sigma = 0.0;
  jump.draws_noise = false;
  return jump;
}

}  // namespace

SamplingSchedule ending_at(const SamplingSchedule& schedule, std::size_t last) {
  expects(last < schedule.size(), "a step of the schedule");
  SamplingSchedule cut(schedule.begin(), schedule.begin() + static_cast<std::ptrdiff_t>(last));
  cut.push_back(jump_of(schedule[last]));
  return cut;
}

SamplingSchedule last_step_of(const SamplingSchedule& schedule) {
  return {jump_of(schedule.back())};
}

std::size_t num_transitions(const SamplingSchedule& schedule) {
  return static_cast<std::size_t>(std::ranges::count_if(schedule, &SamplingStep::draws_noise));
}

bool has_densities(const SamplingSchedule& schedule) {
  return std::ranges::all_of(
      schedule, [](const SamplingStep& step) { return !step.draws_noise || step.sigma > 0.0; });
}

}  // namespace rocm::model
