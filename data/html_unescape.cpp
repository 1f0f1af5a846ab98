// SPDX-License-Identifier: Apache-2.0
#include "data/html_unescape.hpp"

#include <algorithm>
#include <optional>

#include "data/windows_1252.hpp"

namespace rocm::data {
namespace {

constexpr std::size_t kLongestName = 32;       ///< of the standard's names
constexpr std::size_t kLongestWholeName = 24;  ///< that ftfy looks at
constexpr char32_t kUnknownCharacter = 0xFFFD;
constexpr char32_t kLastCodePoint = 0x10FFFF;

/// What follows an ampersand: code points that belong to the reference and what they stand for.
struct Reference {
  std::size_t size = 0;
  std::u32string meaning;
};

bool is_in_name(char32_t c) {
  return std::u32string_view(U"\t\n\f <&#;").find(c) == std::u32string_view::npos;
}

std::optional<std::uint32_t> digit_of(char32_t c, std::uint32_t base) {
  if (c >= U'0' && c <= U'9') return c - U'0';
  if (base == 16 && c >= U'a' && c <= U'f') return c - U'a' + 10;
  if (base == 16 && c >= U'A' && c <= U'F') return c - U'A' + 10;
  return std::nullopt;
}

/// Controls but white space, and the code points that are never characters.
bool is_no_character(char32_t c) {
  if (c == U'\t' || c == U'\n' || c == U'\f' || c == U'\r') return false;
  return c < 0x20 || c == 0x7F || (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
}

std::u32string meaning_of(char32_t number) {
  const bool surrogate = number >= 0xD800 && number <= 0xDFFF;
  if (number == 0 || surrogate || number > kLastCodePoint) return {kUnknownCharacter};
  return is_no_character(number) ? std::u32string() : std::u32string{without_c1_control(number)};
}

/// "#65;" or "#x41", at the beginning of `rest`.
std::optional<Reference> numeric_reference(std::u32string_view rest) {
  if (!rest.starts_with(U'#')) return std::nullopt;
  const bool hexadecimal = rest.size() > 1 && (rest[1] == U'x' || rest[1] == U'X');
  const std::uint32_t base = hexadecimal ? 16 : 10;
  const std::size_t begin = hexadecimal ? 2 : 1;
  std::size_t end = begin;
  std::uint32_t number = 0;
  for (; end < rest.size() && digit_of(rest[end], base); ++end)
    number = std::min(number * base + *digit_of(rest[end], base), kLastCodePoint + 1);
  if (end == begin) return std::nullopt;
  return Reference{end + (rest.substr(end).starts_with(U';') ? 1 : 0), meaning_of(number)};
}

std::optional<Reference> named_reference(std::u32string_view rest, const HtmlEntities& entities) {
  std::size_t size = 0;
  while (size < std::min(rest.size(), kLongestName) && is_in_name(rest[size])) ++size;
  if (size > 0 && rest.substr(size).starts_with(U';')) ++size;
  for (; size > 1; --size) {
    const std::u32string_view meaning = entities.find(rest.substr(0, size));
    if (!meaning.empty()) return Reference{size, std::u32string(meaning)};
  }
  return std::nullopt;
}

bool is_alphanumeric(char32_t c) {
  return digit_of(c, 10) || (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

/// ftfy takes a semicolon in the result for one that was not part of the reference.
std::optional<Reference> whole_number(std::u32string_view reference) {
  auto number = numeric_reference(reference);
  const bool whole = number && number->size == reference.size() && number->meaning != U";";
  return whole ? number : std::nullopt;
}

std::optional<Reference> whole_name(std::u32string_view name, const HtmlEntities& entities) {
  const std::u32string_view meaning = entities.find_any_case(name);
  if (meaning.empty()) return std::nullopt;
  return Reference{name.size(), std::u32string(meaning)};
}

std::optional<Reference> whole_reference(std::u32string_view rest, const HtmlEntities& entities) {
  const std::size_t begin = rest.starts_with(U'#') ? 1 : 0;
  std::size_t end = begin;
  while (end < rest.size() && is_alphanumeric(rest[end])) ++end;
  if (end == begin || end - begin > kLongestWholeName) return std::nullopt;
  if (!rest.substr(end).starts_with(U';')) return std::nullopt;
  const std::u32string_view reference = rest.substr(0, end + 1);
  return begin == 1 ? whole_number(reference) : whole_name(reference, entities);
}

template <class ReferenceAt>
std::u32string with_references_replaced(std::u32string_view text, const ReferenceAt& reference_at) {
  std::u32string result;
  for (std::size_t at = 0; at < text.size();) {
    const auto reference = text[at] == U'&' ? reference_at(text.substr(at + 1)) : std::nullopt;
    result += reference ? reference->meaning : std::u32string{text[at]};
    at += 1 + (reference ? reference->size : 0);
  }
  return result;
}

}  // namespace

std::u32string unescape_html(std::u32string_view text, const HtmlEntities& entities) {
  return with_references_replaced(text, [&](std::u32string_view rest) {
    const auto number = numeric_reference(rest);
    return number ? number : named_reference(rest, entities);
  });
}

std::u32string unescape_whole_html(std::u32string_view text, const HtmlEntities& entities) {
  return with_references_replaced(
      text, [&](std::u32string_view rest) { return whole_reference(rest, entities); });
}

}  // namespace rocm::data
