// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "launcher/config.hpp"
#include "launcher/phase_meter.hpp"
#include "objective/rocm_objective.hpp"

namespace rocm::launcher {

/// What [objective] and [model] ask of the objective, for a schedule of num_steps network calls.
/// model.checkpoint = "auto" keeps none here: Assembly measures how many fit.
/// The configuration has been validated. With run.profile_every, `phases` (which must outlive the
/// objective) is told what runs.
[[nodiscard]] objective::RocmOptions objective_options(const Config& config, std::size_t num_steps,
                                                       PhaseMeter& phases);

/// What [objective] asks of the training reward.
[[nodiscard]] model::MixtureOptions mixture_options(const ObjectiveConfig& config);

}  // namespace rocm::launcher
