// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace rocm::data {

/// Text from a file, made safe for a terminal and a log line: control characters, bytes that are
/// not UTF-8 and characters that reorder text become escapes (\n, \x1b, \u{202e}), a backslash
/// becomes two, and what is longer than `max_bytes` is cut after a whole character with its length
/// named.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 160);

/// The same for a file's path, which is never cut: people copy it.
[[nodiscard]] std::string printable_path(const std::filesystem::path& path);

}  // namespace rocm::data
