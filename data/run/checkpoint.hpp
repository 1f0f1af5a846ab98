// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace rocm::data {

inline constexpr std::string_view kStateName = "state.json";

/// A complete checkpoint: its folder equals its manifest to the last byte, and its state is that of
/// the step that the folder is named after.
struct Checkpoint {
  std::int64_t step = 0;  ///< optimiser steps done
  std::filesystem::path path;
  nlohmann::json state;  ///< state.json
};

/// step-000050
[[nodiscard]] std::string checkpoint_name(std::int64_t step);

/// Steps of the checkpoints in a folder, increasing; intact or not.
[[nodiscard]] std::vector<std::int64_t> checkpoint_steps(const std::filesystem::path& folder);

/// The newest checkpoint in a run's checkpoints/ that is intact; warns about newer ones that are
/// not. Nothing when there is none at all. Throws Failure(kCheckpoint) when there are some, but
/// none is intact: starting anew would look like success.
[[nodiscard]] std::optional<Checkpoint> newest_complete(const std::filesystem::path& folder);

/// What --resume DIR means: a checkpoint, `latest`, or the newest in a run folder or in a folder of
/// checkpoints. Throws Failure(kCheckpoint) unless it is intact.
[[nodiscard]] Checkpoint find_checkpoint(const std::filesystem::path& path);

}  // namespace rocm::data
