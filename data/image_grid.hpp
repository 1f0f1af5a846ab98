// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "data/image.hpp"

namespace rocm::data {

/// Pictures of one size as tiles, row by row, with two white pixels between neighbours; places that
/// are left in the last row are white. Needs at least one picture and one column.
[[nodiscard]] Image make_grid(std::span<const Image> tiles, int columns);

}  // namespace rocm::data
