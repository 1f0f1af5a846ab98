// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "launcher/sweep/sweep_plan.hpp"

namespace rocm::launcher {

struct SlurmArrayOptions {
  std::optional<std::size_t> jobs;  ///< tasks at a time; without: as many as the cluster starts
  int ranks = 1;                    ///< of each member
};

/// Writes FOLDER/sweep.sbatch, FOLDER/members.txt, of which task i of the array takes line i
/// (counted from 0), and each member's ID.toml. Returns the script's path. The script works in the
/// current folder, where the paths of the configuration begin, and calls this program. Throws
/// Failure(kStorage), or Failure(kUsage) if slurm/lib.sh is not where the program is.
std::filesystem::path write_slurm_array(const SweepPlan& plan, const SlurmArrayOptions& options,
                                        const std::filesystem::path& folder);

/// `text` as one word of a POSIX shell.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace rocm::launcher
