// SPDX-License-Identifier: Apache-2.0
#include "data/image_grid.hpp"

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

Image tile(std::uint8_t value) {
  return {.width = 2, .height = 1, .rgb = std::vector<std::uint8_t>(6, value)};
}

std::uint8_t red_at(const Image& image, int x, int y) {
  return image.rgb[3 * static_cast<std::size_t>(y * image.width + x)];
}

TEST(ImageGrid, PutsTilesRowByRowWithWhiteBetween) {
  const std::vector<Image> tiles{tile(10), tile(20), tile(30)};
  const Image grid = make_grid(tiles, 2);
  EXPECT_EQ(grid.width, 2 + 2 + 2);
  EXPECT_EQ(grid.height, 1 + 2 + 1);
  EXPECT_EQ(red_at(grid, 1, 0), 10);
  EXPECT_EQ(red_at(grid, 2, 0), 255);
  EXPECT_EQ(red_at(grid, 4, 0), 20);
  EXPECT_EQ(red_at(grid, 0, 1), 255);
  EXPECT_EQ(red_at(grid, 0, 3), 30);
  EXPECT_EQ(red_at(grid, 4, 3), 255);  // nothing to show
}

TEST(ImageGrid, IsNoWiderThanItsTiles) {
  EXPECT_EQ(make_grid(std::vector<Image>{tile(1)}, 8).width, 2);
}

TEST(ImageGrid, WantsTilesOfOneSize) {
  const std::vector<Image> tiles{tile(1), {.width = 1, .height = 1, .rgb = {1, 2, 3}}};
  EXPECT_THROW((void)make_grid(tiles, 2), ContractViolation);
}

}  // namespace
}  // namespace rocm::data
