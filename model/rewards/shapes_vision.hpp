// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "model/rewards/shapes_world.hpp"

namespace rocm::model {

/// Names what stands in a picture of the embedded world (RGB, rows first; the pixel sizes of the
/// rule are those of 64x64 pictures). Background: the border's median colour. Things: connected
/// spots that contrast with it. Needs at least 5x5 pixels.
[[nodiscard]] SeenScene look_at_shapes(std::span<const std::uint8_t> rgb_HWC, int height,
                                       int width);

}  // namespace rocm::model
