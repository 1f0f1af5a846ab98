// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rocm::model {

struct PictureSize {
  int width = 0;
  int height = 0;
};

/// Resizes an 8-bit RGB picture (height * width * 3 bytes) to the bit as `resize(size, BICUBIC)` of
/// Pillow up to 12, with which the published scores were made: Keys' cubic with a = -1/2, widened
/// by the scale when shrinking, weights in fixed point with 22 bits, along x and then along y with
/// rounding to bytes between; an axis whose size stays is left alone. (Pillow 13 goes along y first
/// where the height shrinks by more than twice what the width does.) Sizes must be positive.
[[nodiscard]] std::vector<std::uint8_t> pil_bicubic(std::span<const std::uint8_t> rgb_HWC,
                                                    PictureSize from, PictureSize to);

}  // namespace rocm::model
