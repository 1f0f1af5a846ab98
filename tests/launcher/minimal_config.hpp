// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/config_io.hpp"

namespace rocm::test {

/// The keys without which nothing can be trained, and `more` before them.
inline std::string minimal_toml(const std::string& more = "") {
  return more +
         "\n[model]\npath = \"world/lcm\"\n"
         "[[reward]]\nname = \"pickscore\"\npath = \"world/clip\"\n"
         "[data]\nprompts = \"world/prompts.txt\"\n";
}

inline launcher::Config minimal_config(const std::string& more = "") {
  return launcher::parse_config(minimal_toml(more), "run.toml");
}

}  // namespace rocm::test
