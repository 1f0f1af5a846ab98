// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rocm::launcher {

/// Fewest insertions, deletions, substitutions and swaps of neighbours that turn a into b (optimal
/// string alignment). Bytes, not characters: what we compare with is ASCII.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that `word` was probably meant to be: the nearest one, the first of equals, if no
/// more than about a third of it differs.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

}  // namespace rocm::launcher
