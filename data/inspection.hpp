// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace rocm::data {

/// Says what `path` is and verifies all of it: a safetensors file, a file of torch.save, an adapter
/// (file or folder), an index with its shards, a model folder with every component, a JSON file, a
/// trajectory file, an evaluation's file, a checkpoint, a run folder.
///   {"path", "kind": "safetensors" | "torch file" | "adapter" | "sharded weights" | "model folder"
///    | "weights folder" | "json" | "trajectories" | "evaluation"
///    | "checkpoint" | "run",
///    "verified": true, "files": [{"path", "bytes", "sha256"}], ...}
/// and by kind "architecture" (architecture_of), "tensors" (name, dtype, shape), "dtypes",
/// "elements", "metadata", "format", "layers", "ranks", "scales", "section" and "ignored"
/// (read_torch_file), "policies", "prompts" and "seeds" (comparison_size), "class", "components",
/// "not_verified" (files of kinds that are not read), and those of run_inspection.hpp. Paths are
/// printable; other strings are the file's own: print by describe(), or dump with ensure_ascii.
/// Throws Failure(kInput) when something is broken or of no known kind.
[[nodiscard]] nlohmann::ordered_json inspect(const std::filesystem::path& path);

/// A summary of inspect()'s result for people, a few lines; nothing reaches a terminal raw.
[[nodiscard]] std::string describe(const nlohmann::ordered_json& inspection);

}  // namespace rocm::data
