// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include <nlohmann/json.hpp>

namespace rocm::data {

// What every inspection has in common.

/// {"path", "kind", "verified": true}
[[nodiscard]] nlohmann::ordered_json start_inspection(const std::filesystem::path& path,
                                                      const char* kind);

/// {"path", "bytes", "sha256"} of each. Throws Failure(kInput).
[[nodiscard]] nlohmann::ordered_json file_entry(const std::filesystem::path& path);
[[nodiscard]] nlohmann::ordered_json file_entries(const std::vector<std::filesystem::path>& paths);

/// What lies directly in a folder and is no folder, in name order. Throws Failure(kInput) when it
/// cannot be read: what is passed over is not verified.
[[nodiscard]] std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder);

}  // namespace rocm::data
