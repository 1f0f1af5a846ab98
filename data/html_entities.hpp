// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rocm::data {

/// The named character references of HTML 5: "amp;" is `&`. Names are given without the ampersand,
/// and with their semicolon; 106 old ones are also names without it.
class HtmlEntities {
 public:
  /// Reads lines of: name, TAB, code points in hexadecimal, and where ftfy reads the name in
  /// capitals too, TAB and what that is. Throws Failure(kInput) naming the line.
  static HtmlEntities open(const std::filesystem::path& tsv);

  /// What the standard's name stands for (one or two code points), or nothing.
  [[nodiscard]] std::u32string_view find(std::u32string_view name) const;

  /// What a standard's name, or one that ftfy made of it ("EACUTE;"), stands for, or nothing.
  [[nodiscard]] std::u32string_view find_any_case(std::u32string_view name) const;

 private:
  HtmlEntities() = default;

  std::unordered_map<std::u32string, std::u32string> standard_;
  std::unordered_map<std::u32string, std::u32string> capitals_;
};

}  // namespace rocm::data
