// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace rocm::model {

/// Share of the caption's facts that hold in an RGB picture, 0..1: what "good" means in the
/// embedded world. A rule on the pixels, never differentiated; world/make/shapes.py is its twin.
///
/// Facts: the background; the number of things; for each thing its colour, and its shape and its
/// size if the colour is there; the relation, if both are there. Of all ways to match things with
/// the caption's the best counts. Throws Failure(kInput) if the caption is not of the language.
[[nodiscard]] double shapes_score(std::span<const std::uint8_t> rgb_HWC, int height, int width,
                                  std::string_view caption);

}  // namespace rocm::model
