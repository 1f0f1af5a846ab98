// SPDX-License-Identifier: Apache-2.0
#include "model/sampling_schedule.hpp"

#include <algorithm>

namespace rocm::model {

std::size_t num_transitions(const SamplingSchedule& schedule) {
  return static_cast<std::size_t>(std::ranges::count_if(schedule, &SamplingStep::draws_noise));
}

bool has_densities(const SamplingSchedule& schedule) {
  return std::ranges::all_of(
      schedule, [](const SamplingStep& step) { return !step.draws_noise || step.sigma > 0.0; });
}

}  // namespace rocm::model
