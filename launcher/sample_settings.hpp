// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "launcher/config.hpp"
#include "launcher/config/override.hpp"

namespace rocm::launcher {

/// What a command line says about sampling.
struct SamplingFlags {
  std::filesystem::path model;
  std::filesystem::path prompts;
  std::optional<std::filesystem::path> config;
  std::vector<Override> overrides;
};

/// The settings that sampling reads: --config if it is given, else the defaults; --set wins over
/// both, and --model over model.path. Keys that only training needs may be missing.
[[nodiscard]] Config sample_settings(const SamplingFlags& flags);

}  // namespace rocm::launcher
