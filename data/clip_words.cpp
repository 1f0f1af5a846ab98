// SPDX-License-Identifier: Apache-2.0
#include "data/clip_words.hpp"

#include <algorithm>
#include <cstddef>

#include "data/unicode.hpp"

namespace rocm::data {
namespace {

enum class Kind { kLetter, kNumber, kSpace, kOther };

Kind character_kind(char32_t code_point) {
  if (is_letter(code_point)) return Kind::kLetter;
  if (is_number(code_point)) return Kind::kNumber;
  return is_white_space(code_point) ? Kind::kSpace : Kind::kOther;
}

// One code point of a text: what it is and where its bytes end.
struct Mark {
  Kind kind;
  std::size_t end;
};

std::size_t utf8_size(char32_t code_point) {
  if (code_point < 0x80) return 1;
  if (code_point < 0x800) return 2;
  return code_point < 0x10000 ? 3 : 4;
}

std::vector<Mark> marks_of(std::string_view text) {
  std::vector<Mark> marks;
  std::size_t end = 0;
  for (const char32_t code_point : decode_utf8(text)) {
    end += utf8_size(code_point);
    marks.push_back({character_kind(code_point), end});
  }
  return marks;
}

// Bytes of the literal that `text` begins with, or 0.
std::size_t literal_size(std::string_view text, std::span<const std::string_view> literals) {
  const auto found = std::ranges::find_if(
      literals, [text](std::string_view literal) { return text.starts_with(literal); });
  return found == literals.end() ? 0 : found->size();
}

// Index after the last code point of a run.
std::size_t run_end(const std::vector<Mark>& marks, std::size_t first) {
  const Kind kind = marks[first].kind;
  if (kind == Kind::kNumber) return first + 1;
  std::size_t last = first;
  while (last < marks.size() && marks[last].kind == kind) ++last;
  return last;
}

// Index of the code point that begins at byte `offset`.
std::size_t mark_after(const std::vector<Mark>& marks, std::size_t first, std::size_t offset) {
  while (first < marks.size() && marks[first].end <= offset) ++first;
  return first;
}

}  // namespace

std::string normalise_clip_text(std::string_view text) {
  std::string spaced;
  bool in_space = false;
  for (const char32_t code_point : decode_utf8(to_nfc(text))) {
    const bool space = is_white_space(code_point);
    if (!space) append_utf8(spaced, code_point);
    if (space && !in_space) spaced += ' ';
    in_space = space;
  }
  return to_lower(spaced);
}

std::vector<std::string_view> split_clip_words(std::string_view normalised,
                                               std::span<const std::string_view> literals) {
  const std::vector<Mark> marks = marks_of(normalised);
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < marks.size();) {
    const std::size_t begin = at == 0 ? 0 : marks[at - 1].end;
    const std::size_t literal = literal_size(normalised.substr(begin), literals);
    const bool space = marks[at].kind == Kind::kSpace;
    at = literal > 0 ? mark_after(marks, at, begin + literal) : run_end(marks, at);
    if (!space) words.push_back(normalised.substr(begin, marks[at - 1].end - begin));
  }
  return words;
}

}  // namespace rocm::data
