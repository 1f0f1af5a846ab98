// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

namespace rocm::data {

/// How many steps a trajectory file or a master holds: the length of `step`. Also reads a file that
/// is being written, or whose writer was killed. Throws Failure(kInput) for everything else.
[[nodiscard]] std::int64_t recorded_steps(const std::filesystem::path& path);

}  // namespace rocm::data
