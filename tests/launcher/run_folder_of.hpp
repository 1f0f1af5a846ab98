// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/run/checkpoint_folder.hpp"
#include "launcher/config_text.hpp"
#include "minimal_config.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::test {

/// A run's folder as far as `evaluate` looks at it; `more` goes into its configuration.
inline std::filesystem::path run_folder_of(const ScratchFolder& folder, const std::string& name,
                                           const std::string& more = "") {
  folder.write(name + "/resolved.toml", launcher::resolved_toml(minimal_config(more)));
  return folder / name;
}

inline void add_checkpoint(const std::filesystem::path& run, std::int64_t step,
                           const std::string& adapter) {
  const auto write = [&](const std::filesystem::path& path) {
    std::ofstream(path, std::ios::binary) << adapter;
  };
  const std::vector<data::CheckpointFile> files{{.name = "lora.safetensors", .write = write}};
  data::CheckpointFolder(run / "checkpoints").save(step, {}, files, /*keep=*/0);
}

}  // namespace rocm::test
