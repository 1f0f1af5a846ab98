// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace rocm::data {

/// True for a name that, joined to a folder, names something directly inside it: what a file may
/// say about its neighbours. False for "", "a/b", "a\b", "..", "a..b", names with a NUL and names
/// of more than 255 bytes, which no file system has and no message should repeat.
[[nodiscard]] bool is_plain_name(std::string_view name);

}  // namespace rocm::data
