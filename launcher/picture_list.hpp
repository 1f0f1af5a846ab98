// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <vector>

namespace rocm::launcher {

/// The PNG and JPEG files that a user means: files as given, of a folder those in it in byte order
/// of their names, without the grid.png that `sample` puts beside its index.jsonl. Throws
/// Failure(kInput) for a folder without pictures.
[[nodiscard]] std::vector<std::filesystem::path> picture_list(
    std::span<const std::filesystem::path> given);

}  // namespace rocm::launcher
