// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <regex>
#include <string>
#include <string_view>

namespace rocm::data {

/// A key of PEFT's rank_pattern or alpha_pattern: a regular expression for the end of a layer's
/// path that begins at the path's start or after a dot, as Python's `re.match(rf"(.*\.)?({key})$",
/// path)`. Source: peft/utils/other.py, get_pattern_key.
class LayerPattern {
 public:
  /// Throws Failure(kInput) with `where` for what is no regular expression, or one of those whose
  /// evaluation can take for ever (references back).
  LayerPattern(std::string_view key, const std::string& where);

  /// In time that is polynomial in the path's length, whatever the pattern.
  [[nodiscard]] bool fits(std::string_view module) const;

 private:
  std::string name_;                 ///< the key, when it is but letters, digits, "_", "-" and "."
  std::optional<std::regex> regex_;  ///< else
};

}  // namespace rocm::data
