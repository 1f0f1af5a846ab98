// SPDX-License-Identifier: Apache-2.0
#include "data/unicode.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <initializer_list>
#include <utility>

#include <utf8proc.h>

#include "dist/base/contract.hpp"
#include "dist/base/unique_handle.hpp"

namespace rocm::data {
namespace {

struct MallocTraits {
  using Raw = utf8proc_uint8_t*;
  static constexpr Raw null = nullptr;

  static void close(Raw raw) noexcept { std::free(raw); }
};

struct Decoded {
  utf8proc_int32_t code_point;
  std::size_t size;  // bytes; 0 where the text is not UTF-8
};

Decoded decode_one(std::string_view text) {
  utf8proc_int32_t code_point = -1;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size =
      utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size()), &code_point);
  return {code_point, size > 0 ? static_cast<std::size_t>(size) : 0};
}

utf8proc_int32_t number_of(char32_t code_point) {
  return static_cast<utf8proc_int32_t>(code_point);
}

std::string normalised(std::string_view text, utf8proc_option_t form) {
  utf8proc_uint8_t* raw = nullptr;
  const auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                 static_cast<utf8proc_ssize_t>(text.size()), &raw,
                                 static_cast<utf8proc_option_t>(UTF8PROC_STABLE | form));
  const UniqueHandle<MallocTraits> result(raw);
  if (size == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc();
  expects(size >= 0, "valid UTF-8");
  return {reinterpret_cast<const char*>(result.get()), static_cast<std::size_t>(size)};
}

bool has_category(char32_t code_point, std::initializer_list<utf8proc_category_t> categories) {
  const auto category = utf8proc_category(number_of(code_point));
  return std::ranges::find(categories, category) != categories.end();
}

/// Word_Break = MidLetter, MidNumLet or Single_Quote.
constexpr std::u32string_view kInsideWords =
    U"'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E\uFF1A";

/// Other_Lowercase and Other_Uppercase, but for modifier letters and marks: ordinals, Roman
/// numerals, letters in circles and squares.
constexpr std::array<std::pair<char32_t, char32_t>, 7> kOtherCased{{{0xAA, 0xAA},
                                                                    {0xBA, 0xBA},
                                                                    {0x2160, 0x217F},
                                                                    {0x24B6, 0x24E9},
                                                                    {0x1F130, 0x1F149},
                                                                    {0x1F150, 0x1F169},
                                                                    {0x1F170, 0x1F189}}};

constexpr char32_t kCapitalIWithDot = 0x130;
constexpr char32_t kCombiningDotAbove = 0x307;

}  // namespace

std::optional<std::size_t> invalid_utf8_at(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = decode_one(text.substr(at)).size;
    if (size == 0) return at;
    at += size;
  }
  return std::nullopt;
}

std::u32string decode_utf8(std::string_view text) {
  std::u32string code_points;
  code_points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Decoded decoded = decode_one(text.substr(at));
    expects(decoded.size > 0, "valid UTF-8");
    code_points.push_back(static_cast<char32_t>(decoded.code_point));
    at += decoded.size;
  }
  return code_points;
}

void append_utf8(std::string& text, char32_t code_point) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto size = utf8proc_encode_char(number_of(code_point), bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size));
}

std::string encode_utf8(std::u32string_view code_points) {
  std::string text;
  text.reserve(code_points.size());
  for (const char32_t code_point : code_points) {
    expects(utf8proc_codepoint_valid(number_of(code_point)), "a Unicode scalar value");
    append_utf8(text, code_point);
  }
  return text;
}

std::string to_nfc(std::string_view text) {
  return normalised(text, UTF8PROC_COMPOSE);
}

std::string to_nfd(std::string_view text) {
  return normalised(text, UTF8PROC_DECOMPOSE);
}

std::string to_nfkc(std::string_view text) {
  return normalised(text, static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_COMPAT));
}

std::string to_lower(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  for (const char32_t code_point : decode_utf8(text)) {
    // The one code point whose lower case is two.
    const bool dotted = code_point == kCapitalIWithDot;
    append_utf8(lower,
                dotted ? U'i' : static_cast<char32_t>(utf8proc_tolower(number_of(code_point))));
    if (dotted) append_utf8(lower, kCombiningDotAbove);
  }
  return lower;
}

bool is_letter(char32_t code_point) {
  const auto category = utf8proc_category(number_of(code_point));
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool is_number(char32_t code_point) {
  const auto category = utf8proc_category(number_of(code_point));
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool is_white_space(char32_t code_point) {
  if (code_point >= 0x09 && code_point <= 0x0D) return true;
  if (code_point == 0x85) return true;  // next line: a control character, so not of category Z
  const auto category = utf8proc_category(number_of(code_point));
  return category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP;
}

bool is_decimal_digit(char32_t code_point) {
  return has_category(code_point, {UTF8PROC_CATEGORY_ND});
}

bool is_case_ignorable(char32_t code_point) {
  return kInsideWords.find(code_point) != std::u32string_view::npos ||
         has_category(code_point, {UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_ME, UTF8PROC_CATEGORY_CF,
                                   UTF8PROC_CATEGORY_LM, UTF8PROC_CATEGORY_SK});
}

bool is_cased(char32_t code_point) {
  return has_category(code_point,
                      {UTF8PROC_CATEGORY_LU, UTF8PROC_CATEGORY_LL, UTF8PROC_CATEGORY_LT}) ||
         std::ranges::any_of(kOtherCased, [code_point](const auto& range) {
           return range.first <= code_point && code_point <= range.second;
         });
}

bool is_control(char32_t code_point) {
  return has_category(code_point,
                      {UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CF, UTF8PROC_CATEGORY_CO});
}

bool is_punctuation(char32_t code_point) {
  const auto category = utf8proc_category(number_of(code_point));
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool is_nonspacing_mark(char32_t code_point) {
  return has_category(code_point, {UTF8PROC_CATEGORY_MN});
}

}  // namespace rocm::data
