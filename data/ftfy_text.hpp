// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "data/html_entities.hpp"

namespace rocm::data {

/// ftfy.fix_text (ftfy 6.3, Speer 2019) without its repair of mojibake (fix_encoding:
/// "\u00C3\u00A9" for "\u00E9" stays as it is). Line by line, and again until nothing changes: HTML
/// references (up to the first line with a `<`), C1 controls as Windows-1252, Latin ligatures,
/// full-width and half-width forms, curly quotes, line breaks, ANSI escapes, control characters and
/// byte-order marks, NFC.
[[nodiscard]] std::u32string fix_text(std::u32string_view text, const HtmlEntities& entities);

}  // namespace rocm::data
