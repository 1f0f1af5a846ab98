// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "dist/communicator.hpp"
#include "launcher/assembly.hpp"
#include "objective/method.hpp"

namespace rocm::launcher {

/// The method that objective.method names, telling `on_phase` what runs. The assembly and the
/// communicator outlive it.
[[nodiscard]] std::unique_ptr<objective::Method> make_method(const Assembly& assembly,
                                                             dist::Communicator& communicator,
                                                             objective::PhaseListener on_phase);

/// The same, telling the assembly's phase meter.
[[nodiscard]] std::unique_ptr<objective::Method> make_method(Assembly& assembly,
                                                             dist::Communicator& communicator);

/// Throws Failure(kUsage) if the method cannot train this model: ROCM bounds the transitions of a
/// consistency model, and methods that reinforce need a density at every step.
void require_trainable(const ObjectiveConfig& objective, const Generator& generator,
                       const std::string& path);

}  // namespace rocm::launcher
