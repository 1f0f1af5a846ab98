// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/hostile_input.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "data/unicode.hpp"

namespace rocm::fuzz {
namespace {

constexpr std::size_t kLongestMessage = 4096;

bool is_control(char32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0);
}

/// The direction of writing, zero widths, the separators of lines: what hides or reorders text.
bool is_deceptive(char32_t code_point) {
  constexpr std::array<std::pair<char32_t, char32_t>, 4> kRanges = {
      {{0x200b, 0x200f}, {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}}};
  return std::ranges::any_of(kRanges, [&](const auto& range) {
    return range.first <= code_point && code_point <= range.second;
  });
}

}  // namespace

std::string_view text_of(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

std::vector<std::string_view> parts_of(std::string_view input, std::size_t count) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < count) {
    const std::string_view part = input.substr(0, input.find('\0'));
    parts.push_back(part);
    input.remove_prefix(std::min(input.size(), part.size() + 1));
  }
  parts.push_back(input);
  return parts;
}

void check_shown(std::string_view text) {
  if (data::invalid_utf8_at(text)) throw std::logic_error("shows what is not UTF-8");
  for (const char32_t code_point : data::decode_utf8(text)) {
    if (code_point == '\n') continue;
    if (is_control(code_point) || is_deceptive(code_point))
      throw std::logic_error("shows raw control characters: " + std::string(text));
  }
}

void check_refusal(const Failure& refusal) {
  const std::string_view message = refusal.what();
  if (refusal.code() != ExitCode::kInput && refusal.code() != ExitCode::kUsage)
    throw std::logic_error("blames something else than the input: " + std::string(message));
  if (message.find('\n') != std::string_view::npos || message.size() > kLongestMessage)
    throw std::logic_error("refuses in more than a line: " + std::string(message));
  check_shown(message);
}

}  // namespace rocm::fuzz
