// SPDX-License-Identifier: Apache-2.0
#include "data/bert_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "data/unicode.hpp"
#include "data/unicode_8.hpp"

namespace rocm::data {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

using Range = std::pair<char32_t, char32_t>;

/// The blocks that BERT calls Chinese characters, as the `tokenizers` library has them: extension E
/// begins at U+2B820, but its table at U+2B920.
constexpr std::array kIdeographs = {Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},
                                    Range{0xF900, 0xFAFF},   Range{0x20000, 0x2A6DF},
                                    Range{0x2A700, 0x2B73F}, Range{0x2B740, 0x2B81F},
                                    Range{0x2B920, 0x2CEAF}, Range{0x2F800, 0x2FA1F}};

/// BERT takes every symbol of ASCII for punctuation.
constexpr std::array kAsciiSymbols = {Range{'!', '/'}, Range{':', '@'}, Range{'[', '`'},
                                      Range{'{', '~'}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, char32_t code_point) {
  return std::ranges::any_of(ranges, [code_point](const Range& range) {
    return range.first <= code_point && code_point <= range.second;
  });
}

bool is_removed(char32_t code_point) {
  if (code_point == U'\t' || code_point == U'\n' || code_point == U'\r') return false;
  return code_point == 0 || code_point == kReplacement || is_control_in_unicode_8(code_point);
}

bool stands_alone(char32_t code_point) {
  return is_in(kIdeographs, code_point) || is_in(kAsciiSymbols, code_point) ||
         is_punctuation_in_unicode_8(code_point);
}

std::string without_control_characters(std::string_view text) {
  std::string cleaned;
  for (const char32_t code_point : decode_utf8(text))
    if (!is_removed(code_point)) append_utf8(cleaned, code_point);
  return cleaned;
}

std::u32string without_accents(std::string_view text) {
  std::u32string letters = decode_utf8(to_nfd(text));
  std::erase_if(letters, is_nonspacing_mark_in_unicode_8);
  return letters;
}

}  // namespace

std::vector<std::string> split_bert_words(std::string_view text) {
  std::vector<std::string> words;
  bool open = false;  // the last word may go on
  for (const char32_t code_point : without_accents(to_lower(without_control_characters(text)))) {
    const bool alone = stands_alone(code_point);
    if (is_white_space(code_point)) {
      open = false;
      continue;
    }
    if (alone || !open) words.emplace_back();
    append_utf8(words.back(), code_point);
    open = !alone;
  }
  return words;
}

}  // namespace rocm::data
