// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace rocm::data {

/// A picture: rgb has height * width * 3 bytes, rows from the top, R G B of each pixel.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;
};

}  // namespace rocm::data
