// SPDX-License-Identifier: Apache-2.0
#include "data/printable.hpp"

#include <limits>

#include <fmt/format.h>
#include <utf8proc.h>

namespace rocm::data {
namespace {

/// One character of `text`; code_point is negative for a byte that is not UTF-8.
struct Character {
  utf8proc_int32_t code_point = -1;
  std::size_t bytes = 1;
};

Character first_character(std::string_view text) {
  Character character;
  const auto bytes =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                       static_cast<utf8proc_ssize_t>(text.size()), &character.code_point);
  if (bytes <= 0) return {};
  character.bytes = static_cast<std::size_t>(bytes);
  return character;
}

/// Controls, format characters (they reorder or hide text), separators of lines, unassigned ones.
bool is_unsafe(utf8proc_int32_t code_point) {
  switch (utf8proc_category(code_point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

std::string escaped(std::string_view character, utf8proc_int32_t code_point) {
  switch (code_point) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    case '\\':
      return "\\\\";
    default:
      break;
  }
  if (code_point < 0) return fmt::format("\\x{:02x}", static_cast<unsigned char>(character[0]));
  if (!is_unsafe(code_point)) return std::string(character);
  if (code_point < 0x80) return fmt::format("\\x{:02x}", code_point);
  return fmt::format("\\u{{{:x}}}", code_point);
}

}  // namespace

std::string printable(std::string_view text, std::size_t max_bytes) {
  std::string shown;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = first_character(text.substr(at));
    const std::string piece = escaped(text.substr(at, character.bytes), character.code_point);
    if (shown.size() + piece.size() > max_bytes) {
      return fmt::format("{}... ({} bytes)", shown, text.size());
    }
    shown += piece;
    at += character.bytes;
  }
  return shown;
}

std::string printable_path(const std::filesystem::path& path) {
  return printable(path.native(), std::numeric_limits<std::size_t>::max());
}

}  // namespace rocm::data
