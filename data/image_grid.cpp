// SPDX-License-Identifier: Apache-2.0
#include "data/image_grid.hpp"

#include <algorithm>
#include <cstddef>

#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr int kGap = 2;

std::size_t offset_of(const Image& image, int x, int y) {
  return 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(image.width) +
              static_cast<std::size_t>(x));
}

std::uint8_t* pixel(Image& image, int x, int y) {
  return image.rgb.data() + offset_of(image, x, y);
}

Image white_image(int width, int height) {
  Image image{.width = width, .height = height, .rgb = {}};
  image.rgb.assign(offset_of(image, 0, height), 255);
  return image;
}

void paste(Image& canvas, const Image& tile, int left, int top) {
  for (int y = 0; y < tile.height; ++y) {
    const auto row =
        std::span(tile.rgb).subspan(offset_of(tile, 0, y), offset_of(tile, tile.width, 0));
    std::ranges::copy(row, pixel(canvas, left, top + y));
  }
}

bool same_size(const Image& a, const Image& b) {
  return a.width == b.width && a.height == b.height && a.rgb.size() == b.rgb.size();
}

}  // namespace

Image make_grid(std::span<const Image> tiles, int columns) {
  expects(!tiles.empty() && columns > 0, "at least one tile and one column");
  const Image& first = tiles.front();
  expects(std::ranges::all_of(tiles, [&](const Image& tile) { return same_size(tile, first); }),
          "tiles of one size");
  const auto count = static_cast<int>(tiles.size());
  const int across = std::min(columns, count);
  const int down = (count + columns - 1) / columns;
  Image grid =
      white_image(across * (first.width + kGap) - kGap, down * (first.height + kGap) - kGap);
  for (int i = 0; i < count; ++i) {
    paste(grid, tiles[static_cast<std::size_t>(i)], i % columns * (first.width + kGap),
          i / columns * (first.height + kGap));
  }
  return grid;
}

}  // namespace rocm::data
