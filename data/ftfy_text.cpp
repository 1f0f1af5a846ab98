// SPDX-License-Identifier: Apache-2.0
#include "data/ftfy_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "data/html_unescape.hpp"
#include "data/unicode.hpp"
#include "data/windows_1252.hpp"

namespace rocm::data {
namespace {

constexpr std::size_t kLongestSegment = 1'000'000;  ///< code points

constexpr std::array<std::pair<char32_t, std::u32string_view>, 22> kLigatures{
    {{0x132, U"IJ"},       {0x133, U"ij"},      {0x149, U"\u02BCn"}, {0x1C4, U"D\u017D"},
     {0x1C5, U"D\u017E"},  {0x1C6, U"d\u017E"}, {0x1C7, U"LJ"},      {0x1C8, U"Lj"},
     {0x1C9, U"lj"},       {0x1CA, U"NJ"},      {0x1CB, U"Nj"},      {0x1CC, U"nj"},
     {0x1F1, U"DZ"},       {0x1F2, U"Dz"},      {0x1F3, U"dz"},      {0xFB00, U"ff"},
     {0xFB01, U"fi"},      {0xFB02, U"fl"},     {0xFB03, U"ffi"},    {0xFB04, U"ffl"},
     {0xFB05, U"\u017Ft"}, {0xFB06, U"st"}}};

std::u32string without_ligature(char32_t c) {
  const auto* const found =
      std::ranges::find(kLigatures, c, [](const auto& ligature) { return ligature.first; });
  return found == kLigatures.end() ? std::u32string{c} : std::u32string(found->second);
}

std::u32string without_width(std::u32string letters) {
  const char32_t c = letters.front();
  if (c == 0x3000) return U" ";
  if (c < 0xFF01 || c > 0xFFEF) return letters;
  return decode_utf8(to_nfkc(encode_utf8(letters)));
}

char32_t uncurled(char32_t c) {
  if (c == 0x2BC || (c >= 0x2018 && c <= 0x201B)) return U'\'';
  return c >= 0x201C && c <= 0x201F ? U'"' : c;
}

std::u32string with_plain_characters(std::u32string_view text) {
  std::u32string plain;
  for (const char32_t c : text)
    for (const char32_t letter : without_width(without_ligature(without_c1_control(c))))
      plain += uncurled(letter);
  return plain;
}

std::u32string with_plain_line_breaks(std::u32string_view text) {
  std::u32string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char32_t c = text[at];
    if (c == U'\r' && text.substr(at + 1).starts_with(U'\n')) continue;
    plain += c == U'\r' || c == 0x2028 || c == 0x2029 ? U'\n' : c;
  }
  return plain;
}

bool is_ascii_letter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

/// Size of ESC [ 1 ; 31 m, or 0.
std::size_t terminal_escape_size(std::u32string_view rest) {
  if (!rest.starts_with(U"\x1B[")) return 0;
  std::size_t end = 2;
  while (end < rest.size() && (rest[end] == U';' || is_decimal_digit(rest[end]))) ++end;
  return end < rest.size() && is_ascii_letter(rest[end]) ? end + 1 : 0;
}

std::u32string without_terminal_escapes(std::u32string_view text) {
  std::u32string plain;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t escape = terminal_escape_size(text.substr(at));
    if (escape == 0) plain += text[at];
    at += std::max(escape, std::size_t{1});
  }
  return plain;
}

/// Controls but tab, line feed and form feed; deprecated formats; annotations; byte-order marks.
bool is_unwanted(char32_t c) {
  if (c < 0x20) return c != U'\t' && c != U'\n' && c != U'\f' && c != U'\r';
  return c == 0x7F || (c >= 0x206A && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFC);
}

std::u32string fixed_once(std::u32string text) {
  text = without_terminal_escapes(with_plain_line_breaks(with_plain_characters(text)));
  std::erase_if(text, is_unwanted);
  return decode_utf8(to_nfc(encode_utf8(text)));
}

std::u32string fixed_segment(std::u32string text, const HtmlEntities* entities) {
  for (;;) {
    std::u32string fixed = entities == nullptr ? text : unescape_whole_html(text, *entities);
    fixed = fixed_once(std::move(fixed));
    if (fixed == text) return text;
    text = std::move(fixed);
  }
}

}  // namespace

std::u32string fix_text(std::u32string_view text, const HtmlEntities& entities) {
  std::u32string fixed;
  bool is_html = false;  // since a `<`: then its references are meant
  while (!text.empty()) {
    const std::size_t line = std::min(text.find(U'\n'), text.size() - 1) + 1;
    const std::u32string_view segment = text.substr(0, std::min(line, kLongestSegment));
    is_html = is_html || segment.find(U'<') != std::u32string_view::npos;
    fixed += fixed_segment(std::u32string(segment), is_html ? nullptr : &entities);
    text.remove_prefix(segment.size());
  }
  return fixed;
}

}  // namespace rocm::data
