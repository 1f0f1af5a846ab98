// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace rocm::launcher {

/// Byte offset of the first character beyond ASCII that stands outside of strings and comments,
/// where TOML 1.0 allows none; nothing if there is none, or the text is broken before it.
/// toml++ 3.3 must not see such characters: for some of them it runs into what it declares
/// unreachable.
[[nodiscard]] std::optional<std::size_t> stray_character_at(std::string_view toml);

}  // namespace rocm::launcher
