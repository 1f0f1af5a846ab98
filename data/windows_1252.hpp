// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace rocm::data {

/// Windows-1252 at 0x80 to 0x9F; the five bytes that it leaves undefined stay controls.
constexpr std::u32string_view kWindows1252 =
    U"\u20AC\x81\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\x8D\u017D\x8F"
    U"\x90\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\x9D\u017E\u0178";

static_assert(kWindows1252.size() == 0x20);

/// What a C1 control character (U+0080 to U+009F) was meant to be; other code points unchanged.
[[nodiscard]] constexpr char32_t without_c1_control(char32_t code_point) {
  const bool control = code_point >= 0x80 && code_point <= 0x9F;
  return control ? kWindows1252[code_point - 0x80] : code_point;
}

}  // namespace rocm::data
