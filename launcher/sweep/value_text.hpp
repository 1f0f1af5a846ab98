// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "launcher/config/setting.hpp"

namespace rocm::launcher {

/// A value as TOML writes it on one line, numbers in their shortest form: 1 and 1.0 are the same
/// text.
[[nodiscard]] std::string value_text(const Setting& value);

/// The same, but text without its quotes: for a table's cell.
[[nodiscard]] std::string plain_text(const Setting& value);

/// A value as part of a name: made of letters, digits and . _ + - only, never empty.
///   0.1, 1e-05, true        as they are
///   "world/clip"            world_clip
///   ["to_q", "to_k"]        to_q+to_k
///   [{name = "pickscore"}, {name = "hpsv2", weight = 0.5}]    pickscore+0.5hpsv2
/// Long ones are cut and end in a dot and six digits of their SHA-256. Different values may have
/// one name.
[[nodiscard]] std::string value_name(const Setting& value);

/// Six hexadecimal digits that tell values apart whose names do not.
[[nodiscard]] std::string value_digest(const Setting& value);

}  // namespace rocm::launcher
