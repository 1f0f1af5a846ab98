// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "data/records/trajectory_record.hpp"
#include "launcher/trainer.hpp"

namespace rocm::launcher {

/// This rank's rows of the trajectory file: the step's units, joined along their samples. NaN at
/// transitions of the sampler, of which there are num_transitions, that a rollout did not reach.
[[nodiscard]] data::TrajectoryStep trajectory_step(const Step& step,
                                                   std::span<const std::string> reward_names,
                                                   std::int64_t num_transitions);

}  // namespace rocm::launcher
