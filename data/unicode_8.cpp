// SPDX-License-Identifier: Apache-2.0
#include "data/unicode_8.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "data/unicode.hpp"

namespace rocm::data {
namespace {

/// Where all format characters, marks and punctuation are newer (found by comparison of the library
/// with Unicode 18).
constexpr std::array<std::pair<char32_t, char32_t>, 44> kNewer{
    {{0x5C8, 0x5C9},     {0x61D, 0x61D},     {0x7FD, 0x7FD},     {0x890, 0x8E2},
     {0x9FD, 0x9FE},     {0xA76, 0xA76},     {0xAFA, 0xAFF},     {0xB53, 0xB55},
     {0xC04, 0xC3C},     {0xC77, 0xC77},     {0xC84, 0xC84},     {0xD00, 0xD00},
     {0xD3B, 0xD3C},     {0xD81, 0xD81},     {0xEBA, 0xEBA},     {0xECE, 0xECE},
     {0x180F, 0x1886},   {0x1ABF, 0x1AF0},   {0x1B4E, 0x1B4F},   {0x1B7D, 0x1B7F},
     {0x1DF6, 0x1DFB},   {0x2E43, 0x2E63},   {0xA82C, 0xA82C},   {0xA8C5, 0xA8C5},
     {0xA8FF, 0xA8FF},   {0xA9BD, 0xA9BD},   {0x10D24, 0x10F89}, {0x11070, 0x11074},
     {0x110C2, 0x110CD}, {0x111C9, 0x111C9}, {0x111CF, 0x111CF}, {0x1123E, 0x11241},
     {0x1133B, 0x1133B}, {0x113BB, 0x1145E}, {0x11660, 0x1166C}, {0x116B9, 0x116B9},
     {0x1182F, 0x11FFF}, {0x12FF1, 0x1612F}, {0x16D6D, 0x16F4F}, {0x16FE2, 0x16FE4},
     {0x1CF00, 0x1D128}, {0x1D25B, 0x1D25C}, {0x1E000, 0x1E6F5}, {0x1E944, 0x1E95F}}};

bool is_newer(char32_t code_point) {
  return std::ranges::any_of(kNewer, [code_point](const auto& range) {
    return range.first <= code_point && code_point <= range.second;
  });
}

// Two signs became spacing marks, two punctuation characters something else.
bool was_nonspacing_mark(char32_t code_point) {
  return code_point == 0x1734 || code_point == 0x1171E;
}

bool was_punctuation(char32_t code_point) {
  return code_point == 0x166D || code_point == 0x111C9;
}

}  // namespace

bool is_control_in_unicode_8(char32_t code_point) {
  return is_control(code_point) && !is_newer(code_point);
}

bool is_punctuation_in_unicode_8(char32_t code_point) {
  return was_punctuation(code_point) || (is_punctuation(code_point) && !is_newer(code_point));
}

bool is_nonspacing_mark_in_unicode_8(char32_t code_point) {
  return was_nonspacing_mark(code_point) ||
         (is_nonspacing_mark(code_point) && !is_newer(code_point));
}

}  // namespace rocm::data
