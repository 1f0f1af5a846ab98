// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dist/base/contract.hpp"
#include "launcher/assembly.hpp"
#include "launcher/rank_group.hpp"

namespace rocm::launcher {

/// What is left to check once a run is assembled: the held-out prompts and scores, and whether the
/// disk can hold the records. Prints the resolved configuration on standard output. Collective.
[[nodiscard]] ExitCode dry_run(RankGroup& ranks, Assembly& assembly);

}  // namespace rocm::launcher
