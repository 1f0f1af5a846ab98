// SPDX-License-Identifier: Apache-2.0
#include "data/target_suffixes.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace rocm::data {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// "to_q" and "attn1.to_q" of "mid.attn1.to_q", and that itself; none that begins with a number,
/// which names a place in a list and fits much that is no layer.
std::vector<std::string> ends_of(std::string_view path) {
  std::vector<std::string> ends;
  for (std::size_t dot = path.rfind('.'); dot != std::string_view::npos && dot > 0;
       dot = path.rfind('.', dot - 1)) {
    if (!is_digit(path[dot + 1])) ends.emplace_back(path.substr(dot + 1));
  }
  ends.emplace_back(path);
  return ends;
}

void add_ends(std::set<std::string>& all, std::string_view path) {
  for (std::string& end : ends_of(path)) all.insert(std::move(end));
}

/// What would also fit a layer that is not adapted, or a part of the network that holds layers.
std::set<std::string> ends_of_others(const LowRankModules& adapted,
                                     std::span<const std::string> layers) {
  std::set<std::string> ends;
  for (const std::string& layer : layers) {
    if (!adapted.contains(layer)) add_ends(ends, layer);
    for (std::size_t dot = layer.find('.'); dot != std::string::npos;
         dot = layer.find('.', dot + 1)) {
      add_ends(ends, std::string_view(layer).substr(0, dot));
    }
  }
  return ends;
}

}  // namespace

std::vector<std::string> target_suffixes(const LowRankModules& adapted,
                                         std::span<const std::string> layers) {
  const std::set<std::string> taken = ends_of_others(adapted, layers);
  std::set<std::string> suffixes;
  for (const auto& [module, pair] : adapted) {
    const std::vector<std::string> ends = ends_of(module);
    const auto free = std::ranges::find_if_not(
        ends, [&taken](const std::string& end) { return taken.contains(end); });
    suffixes.insert(free == ends.end() ? module : *free);
  }
  return {suffixes.begin(), suffixes.end()};
}

}  // namespace rocm::data
