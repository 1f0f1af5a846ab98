// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace rocm::data {

/// How many steps a trajectory file or a master holds: the length of `step`. Also reads a file that
/// is being written, or whose writer was killed. Throws Failure(kInput) for everything else.
[[nodiscard]] std::int64_t recorded_steps(const std::filesystem::path& path);

/// How much a file of `evaluate` compares (comparison_record.hpp).
struct ComparisonSize {
  std::int64_t policies = 0;
  std::int64_t prompts = 0;
  std::int64_t seeds = 0;
};

/// Nothing for another HDF5 file. Throws Failure(kInput) for what is none.
[[nodiscard]] std::optional<ComparisonSize> comparison_size(const std::filesystem::path& path);

}  // namespace rocm::data
