// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "launcher/config.hpp"

namespace rocm::launcher {

/// Every key with its value as TOML, defaults included; parse_config reads it back to the same
/// Config, to the last bit of every number. Keys that have no value are absent.
[[nodiscard]] std::string resolved_toml(const Config& config);

/// The same by key, values as TOML writes them: "objective.beta" to "0.1", "reward[0].name" to
/// "\"pickscore\"".
[[nodiscard]] std::map<std::string, std::string> settings_by_key(const Config& config);

/// A complete configuration with every key at its default and its meaning, range and choices above
/// it. Required keys show the embedded world; keys that may be absent are commented out.
[[nodiscard]] std::string commented_defaults();

}  // namespace rocm::launcher
