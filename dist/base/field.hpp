// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>

namespace rocm {

enum class Presence : std::uint8_t { kOptional, kRequired };

/// One configuration key, described once. The TOML reader, --set, --print-defaults, the resolved
/// dump and the hash of a run visit the same descriptions, so they cannot disagree.
struct Field {
  std::string_view name;
  std::string_view meaning;  ///< what it does, with its unit in [brackets]
  double at_least = std::numeric_limits<double>::lowest();
  double at_most = std::numeric_limits<double>::max();
  double more_than = -std::numeric_limits<double>::infinity();
  double less_than = std::numeric_limits<double>::infinity();
  Presence presence = Presence::kOptional;
  std::string_view example = {};  ///< as TOML, for keys that have no default value
};

}  // namespace rocm
