// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/config.hpp"

namespace rocm::launcher {

/// Every key with its value as TOML, defaults included; parse_config reads it back to the same
/// Config, to the last bit of every number. Keys that have no value are absent.
[[nodiscard]] std::string resolved_toml(const Config& config);

/// A complete configuration with every key at its default and its meaning, range and choices above
/// it. Required keys show the embedded world; keys that may be absent are commented out.
[[nodiscard]] std::string commented_defaults();

}  // namespace rocm::launcher
