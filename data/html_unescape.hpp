// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "data/html_entities.hpp"

namespace rocm::data {

/// Character references replaced as the HTML standard does it, once, from left to right (Python's
/// html.unescape): a name needs no semicolon where the standard has it without, and the longest
/// name at the beginning counts ("&notit;" is "\u00ACit;"); numbers of C1 controls are read as
/// Windows-1252, those of surrogates, 0 and beyond U+10FFFF are U+FFFD, other invalid ones vanish.
[[nodiscard]] std::u32string unescape_html(std::u32string_view text, const HtmlEntities& entities);

/// Only references that end with a semicolon and stand for something whole, and names in capitals
/// as well (ftfy.fixes.unescape_html, 6.3).
[[nodiscard]] std::u32string unescape_whole_html(std::u32string_view text,
                                                 const HtmlEntities& entities);

}  // namespace rocm::data
