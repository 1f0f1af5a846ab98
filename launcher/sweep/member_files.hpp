// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "launcher/sweep/sweep_plan.hpp"

namespace rocm::launcher {

/// Writes FOLDER/ID.toml, the member's complete configuration for `train --config`, and returns its
/// path. Makes the folder. Throws Failure(kStorage).
std::filesystem::path write_member_file(const SweepPlan& plan, const SweepMember& member,
                                        const std::filesystem::path& folder);

/// Where `sweep run` keeps what a member's process printed: FOLDER/ID.log.
[[nodiscard]] std::filesystem::path member_log(const SweepPlan& plan, const SweepMember& member);

/// The member's run folder.
[[nodiscard]] std::filesystem::path member_folder(const SweepPlan& plan, const SweepMember& member);

/// "objective.beta = 0.1, run.seed = 0"
[[nodiscard]] std::string settings_text(const SweepPlan& plan, const SweepMember& member);

}  // namespace rocm::launcher
