// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "launcher/config.hpp"
#include "launcher/phase_meter.hpp"
#include "objective/first_order.hpp"
#include "objective/policy_gradient.hpp"
#include "objective/rocm_objective.hpp"

namespace rocm::launcher {

// What the configuration, which has been validated, asks of the parts of a method.

/// For a schedule of num_steps network calls. model.checkpoint = "auto" keeps none here: Assembly
/// measures how many fit.
[[nodiscard]] objective::RocmOptions objective_options(const Config& config, std::size_t num_steps);

[[nodiscard]] objective::BetaOptions beta_options(const Config& config);
[[nodiscard]] objective::FirstOrderOptions first_order_options(const Config& config);
[[nodiscard]] objective::PolicyGradientOptions policy_gradient_options(const Config& config);

/// With run.profile_every, tells `phases`, which must outlive it, what runs; else empty.
[[nodiscard]] objective::PhaseListener phase_listener(const Config& config, PhaseMeter& phases);

}  // namespace rocm::launcher
