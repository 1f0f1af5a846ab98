// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/records/comparison_record.hpp"
#include "data/run/run_folder.hpp"
#include "launcher/command_line.hpp"
#include "launcher/config.hpp"

namespace rocm::launcher {

/// A run that is to be evaluated.
struct EvaluatedRun {
  std::string name;  ///< among the others: of its folder or, if two share it, the path as given
  data::RunFolder folder;
  Config config;  ///< its resolved.toml, with --set; run.seed is 0 unless --set says otherwise
};

/// The folder's path in one spelling, which ends in its own name whatever way leads there.
[[nodiscard]] std::filesystem::path plain_path(const std::filesystem::path& path);

/// Throws Failure(kInput) for what is no run folder, Failure(kUsage) for a run given twice.
[[nodiscard]] std::vector<EvaluatedRun> open_runs(std::span<const std::filesystem::path> paths,
                                                  std::span<const Override> overrides);

/// The run's policies in the order of their training: the checkpoints chosen, "NAME@50", and the
/// result, "NAME". Of all checkpoints the one that is the result is left out. A run that has not
/// ended has its checkpoints alone, with a warning. Throws Failure(kInput) if that is nothing,
/// Failure(kCheckpoint) for a checkpoint that is missing or damaged. No digests yet.
[[nodiscard]] std::vector<data::ComparedPolicy> policies_of(const EvaluatedRun& run,
                                                            const EvaluateRequest& request);

}  // namespace rocm::launcher
