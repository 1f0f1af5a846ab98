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

/// The file as it stands, before its keys mean anything. Throws Failure(kUsage) for a missing file
/// and for what is not TOML.
[[nodiscard]] Setting::Table read_settings(const std::filesystem::path& path);

/// What the settings of one run mean; strict, as read_config. `name` stands for the file in
/// messages about what is missing.
[[nodiscard]] Config config_of(const Setting::Table& settings, const std::string& name);

/// The same as read_config from TOML text; `name` stands for the file in messages.
[[nodiscard]] Config parse_config(const std::string& text, const std::string& name,
                                  std::span<const Override> overrides = {});

}  // namespace rocm::launcher
