// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/architecture.hpp"

namespace rocm::data {

/// Looks tensors up by their whole names or parts of them. Must not outlive the shapes.
class ShapeFinder {
 public:
  explicit ShapeFinder(const TensorShapes& shapes) : shapes_(shapes) {}

  [[nodiscard]] bool has(std::string_view name) const { return shapes_.contains(name); }

  /// A name that begins, or ends, like this.
  [[nodiscard]] bool has_before(std::string_view prefix) const;
  [[nodiscard]] bool has_behind(std::string_view suffix) const;

  /// No lengths when there is no such tensor.
  [[nodiscard]] std::vector<std::int64_t> shape(std::string_view name) const;
  /// 0 when there is no such tensor, or not that axis.
  [[nodiscard]] std::int64_t length(std::string_view name, std::size_t axis) const;
  /// The same of the first tensor whose name ends with `suffix`.
  [[nodiscard]] std::int64_t length_behind(std::string_view suffix, std::size_t axis) const;

 private:
  const TensorShapes& shapes_;
};

// Each describes one family of files, and says nothing of others.

/// CLIP whole, its text encoder or its image tower, in all namings.
[[nodiscard]] std::optional<std::string> describe_clip(const TensorShapes& shapes);
/// BLIP and ImageReward, in both namings.
[[nodiscard]] std::optional<std::string> describe_blip(const TensorShapes& shapes);
/// LoRA: format, ranks and the layers that are adapted.
[[nodiscard]] std::optional<std::string> describe_adapter(const TensorShapes& shapes);

}  // namespace rocm::data
