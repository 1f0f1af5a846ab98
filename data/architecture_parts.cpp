// SPDX-License-Identifier: Apache-2.0
#include "data/architecture_parts.hpp"

#include <algorithm>

namespace rocm::data {

bool ShapeFinder::has_before(std::string_view prefix) const {
  const auto first = shapes_.lower_bound(prefix);
  return first != shapes_.end() && first->first.starts_with(prefix);
}

bool ShapeFinder::has_behind(std::string_view suffix) const {
  return std::ranges::any_of(shapes_,
                             [&](const auto& entry) { return entry.first.ends_with(suffix); });
}

std::vector<std::int64_t> ShapeFinder::shape(std::string_view name) const {
  const auto found = shapes_.find(name);
  return found == shapes_.end() ? std::vector<std::int64_t>{} : found->second;
}

std::int64_t ShapeFinder::length(std::string_view name, std::size_t axis) const {
  const std::vector<std::int64_t> lengths = shape(name);
  return axis < lengths.size() ? lengths[axis] : 0;
}

std::int64_t ShapeFinder::length_behind(std::string_view suffix, std::size_t axis) const {
  const auto found = std::ranges::find_if(
      shapes_, [&](const auto& entry) { return entry.first.ends_with(suffix); });
  return found == shapes_.end() ? 0 : length(found->first, axis);
}

}  // namespace rocm::data
