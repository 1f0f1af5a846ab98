// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/command_line.hpp"
#include "launcher/given_flags.hpp"

namespace rocm::launcher {

// Requests that belong to experiments of several runs. Each throws Failure(kUsage) naming the flag.

[[nodiscard]] Request evaluate_request(const GivenFlags& flags);
[[nodiscard]] Request sweep_request(const GivenFlags& flags);

/// All --score NAME or NAME=PATH, each name once.
[[nodiscard]] std::vector<ScoreConfig> scores_of(const GivenFlags& flags);

}  // namespace rocm::launcher
