// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/config.hpp"

namespace rocm::launcher {

/// Whether what [objective] and [policy_gradient] say goes together, and all of it has an effect.
/// Throws Failure(kUsage).
void validate_objective(const Config& config);

}  // namespace rocm::launcher
