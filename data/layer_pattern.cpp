// SPDX-License-Identifier: Apache-2.0
#include "data/layer_pattern.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

/// Ten times a layer's path: names of layers are what patterns are made of.
constexpr std::size_t kLongestPattern_B = 1000;

[[noreturn]] void refuse_pattern(std::string_view key, const std::string& where,
                                 const std::string& because) {
  fail(ExitCode::kInput, {.where = where,
                          .problem = fmt::format("cannot use the pattern \"{}\"", printable(key)),
                          .because = because,
                          .advice = "write names of layers, or simple regular expressions"});
}

/// std::regex walks all alternatives at once under this flag of libstdc++ instead of trying one
/// after the other, which takes exponential time for "(a+)+" and lets a hostile file stop the
/// program.
constexpr auto kHow =
    std::regex::ECMAScript | std::regex::nosubs | std::regex_constants::__polynomial;

bool is_name(std::string_view key) {
  return std::ranges::all_of(key, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '.' || c == '-';
  });
}

/// The end of a path from a dot on; a dot in `name` stands for any character, as in an expression.
bool ends_with_name(std::string_view path, std::string_view name) {
  if (path.size() < name.size()) return false;
  const std::size_t head = path.size() - name.size();
  if (head > 0 && path[head - 1] != '.') return false;
  return std::ranges::equal(path.substr(head), name,
                            [](char c, char wanted) { return wanted == '.' || c == wanted; });
}

}  // namespace

LayerPattern::LayerPattern(std::string_view key, const std::string& where) {
  if (key.empty() || key.size() > kLongestPattern_B)
    refuse_pattern(key, where, fmt::format("it has {} characters", key.size()));
  if (is_name(key)) {  // nearly all are, and a file may have one for each of its layers
    name_ = key;
    return;
  }
  try {
    regex_.emplace(fmt::format("(?:.*\\.)?(?:{})", key), kHow);
  } catch (const std::regex_error&) {
    refuse_pattern(key, where, "it is no regular expression that is understood here");
  }
}

bool LayerPattern::fits(std::string_view module) const {
  if (!regex_) return ends_with_name(module, name_);
  return std::regex_match(module.begin(), module.end(), *regex_);
}

}  // namespace rocm::data
