// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace rocm::data {

/// Lists every other file of a folder with its SHA-256; `sha256sum -c` reads it, too.
inline constexpr std::string_view kManifestName = "MANIFEST.sha256";

/// Writes the manifest of the regular files in `folder`. Throws Failure(kStorage).
void write_manifest(const std::filesystem::path& folder);

/// Why the folder is not exactly what its manifest says: a file that is missing, changed,
/// unreadable or not listed, or a manifest that is missing or malformed. Nothing when it is intact.
[[nodiscard]] std::optional<std::string> manifest_problem(const std::filesystem::path& folder);

}  // namespace rocm::data
