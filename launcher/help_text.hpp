// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/verb_table.hpp"

namespace rocm::launcher {

/// What rocm-dist --help prints.
[[nodiscard]] std::string help_text();

/// What rocm-dist VERB --help prints: usage, description, flags with their defaults, examples.
[[nodiscard]] std::string help_text(const Verb& verb);

}  // namespace rocm::launcher
