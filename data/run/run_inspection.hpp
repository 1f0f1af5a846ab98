// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <nlohmann/json.hpp>

namespace rocm::data {

/// A checkpoint, compared with its manifest: "step", "files". Throws Failure(kCheckpoint) when it
/// is damaged.
[[nodiscard]] nlohmann::ordered_json inspect_checkpoint(const std::filesystem::path& path);

/// A run folder, also of a run that is under way: every checkpoint against its manifest, every
/// complete line of metrics.jsonl, the trajectory files of each attempt, the adapter.
///   "status": the last line of rank 0's log, "steps", "checkpoints": [step],
///   "attempts": [{"attempt", "trajectories": [{"file", "steps"}]}], "files": the top folder's
/// Throws Failure(kCheckpoint) for a damaged checkpoint, Failure(kInput) for another file.
[[nodiscard]] nlohmann::ordered_json inspect_run(const std::filesystem::path& path);

}  // namespace rocm::data
