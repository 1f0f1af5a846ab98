// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace rocm::data {

/// Says what `path` is and verifies all of it: a safetensors file, an adapter (file or folder), an
/// index with its shards, a model folder with every component, a JSON file.
///   {"path", "kind": "safetensors" | "adapter" | "sharded weights" | "model folder" | "json",
///    "verified": true, "files": [{"path", "bytes", "sha256"}], ...}
/// and by kind "tensors" (name, dtype, shape), "dtypes", "elements", "metadata", "format",
/// "layers", "ranks", "scales", "class", "components", "not_verified" (files of kinds that are not
/// read). Paths are printable; other strings are the file's own: print by describe(), or dump with
/// ensure_ascii. Throws Failure(kInput) when something is broken or of no known kind.
[[nodiscard]] nlohmann::ordered_json inspect(const std::filesystem::path& path);

/// A summary of inspect()'s result for people, a few lines; nothing reaches a terminal raw.
[[nodiscard]] std::string describe(const nlohmann::ordered_json& inspection);

}  // namespace rocm::data
