// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace rocm::data {

/// Says what `path` is and verifies all of it: a safetensors file, an adapter of any format, an
/// index with its shards, a model folder with every component, a PEFT folder, a JSON file.
/// {"path", "kind", "verified": true, "files": [{"path", "bytes", "sha256"}], ...} and by kind
/// "tensors" (name, dtype, shape), "dtypes", "parameters", "metadata", "components", "format".
/// Strings are the file's own: escape them before a terminal sees them, as describe() does.
/// Throws Failure(kInput) when something is broken or of no known kind.
[[nodiscard]] nlohmann::ordered_json inspect(const std::filesystem::path& path);

/// A summary of inspect()'s result for people; nothing in it reaches a terminal raw.
[[nodiscard]] std::string describe(const nlohmann::ordered_json& inspection);

}  // namespace rocm::data
