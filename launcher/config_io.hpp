// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "launcher/config.hpp"
#include "launcher/config/override.hpp"

namespace rocm::launcher {

/// Reads a TOML file and then the overrides, in order; paths in it are relative to the current
/// directory. Strict: a missing file, an unknown key, a wrong type, a value out of range or a
/// missing required key throws Failure(kUsage) that begins with file:line:column, or with the flag,
/// and names the nearest known key. Rules between keys: validate().
[[nodiscard]] Config read_config(const std::filesystem::path& path,
                                 std::span<const Override> overrides = {});

/// The same from TOML text; `name` stands for the file in messages.
[[nodiscard]] Config parse_config(const std::string& text, const std::string& name,
                                  std::span<const Override> overrides = {});

}  // namespace rocm::launcher
