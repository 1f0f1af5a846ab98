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

}  // namespace rocm::data
