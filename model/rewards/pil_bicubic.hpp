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
/// Pillow 13: Keys' cubic with a = -1/2, widened by the scale when shrinking, weights in fixed
/// point with 22 bits, along one axis and then the other with rounding to bytes between; an axis
/// whose size stays is left alone. The first axis is x, but y where the height loses more than
/// twice as many pixels as the width; up to Pillow 12, with which the published scores were made,
/// it is always x, which differs by one grey level in pictures more than twice as high as wide.
/// Sizes must be positive.
[[nodiscard]] std::vector<std::uint8_t> pil_bicubic(std::span<const std::uint8_t> rgb_HWC,
                                                    PictureSize from, PictureSize to);

}  // namespace rocm::model
