// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/shapes_vision.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "dist/base/contract.hpp"
#include "model/rewards/shapes_outline.hpp"

namespace rocm::model {
namespace {

using Rgb = std::array<double, 3>;
using Mask = std::vector<char>;

constexpr double kBackgroundReach = 60;  // RGB distance within which a border has a name
constexpr double kContrast = 40;         // RGB distance that sets a thing off the background
constexpr double kCore = 0.5;            // share of the largest squared contrast; a rim is mixed
constexpr std::size_t kMinPixels = 24;   // smaller spots are noise
constexpr double kSmallBelow = 9.5;      // half box, pixels
constexpr double kSmallest = 5.0;
constexpr double kLargest = 15.0;
constexpr int kBorder = 2;
constexpr int kRim = 2;  // an anti-aliased edge reaches this far out of its spot

double squared_gap(const Rgb& a, const Rgb& b) {
  double sum = 0;
  for (std::size_t c = 0; c < 3; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

template <std::size_t kCount>
std::size_t nearest(const std::array<NamedColour, kCount>& palette, const Rgb& colour) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < kCount; ++i) {
    if (squared_gap(palette[i].rgb, colour) < squared_gap(palette[best].rgb, colour)) best = i;
  }
  return best;
}

struct Picture {
  int height;
  int width;
  std::vector<Rgb> pixels;

  [[nodiscard]] std::size_t at(int y, int x) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }

  [[nodiscard]] bool on_border(int y, int x) const {
    return y < kBorder || x < kBorder || y >= height - kBorder || x >= width - kBorder;
  }

  /// Calls visit(index) for the four neighbours that exist.
  template <class Visit>
  void neighbours(std::size_t index, Visit visit) const {
    const auto columns = static_cast<std::size_t>(width);
    const std::size_t x = index % columns;
    if (index >= columns) visit(index - columns);
    if (index + columns < pixels.size()) visit(index + columns);
    if (x > 0) visit(index - 1);
    if (x + 1 < columns) visit(index + 1);
  }
};

Picture picture_of(std::span<const std::uint8_t> rgb_HWC, int height, int width) {
  Picture picture{height, width, std::vector<Rgb>(rgb_HWC.size() / 3)};
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) picture.pixels[i][c] = rgb_HWC[3 * i + c];
  }
  return picture;
}

Rgb border_median(const Picture& picture) {
  std::array<std::vector<double>, 3> channels;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      if (!picture.on_border(y, x)) continue;
      for (std::size_t c = 0; c < 3; ++c) {
        channels[c].push_back(picture.pixels[picture.at(y, x)][c]);
      }
    }
  }
  Rgb median{};
  for (std::size_t c = 0; c < 3; ++c) {
    std::ranges::sort(channels[c]);
    median[c] = channels[c][channels[c].size() / 2];
  }
  return median;
}

Mask contrasting(const Picture& picture, const Rgb& ground) {
  Mask mask(picture.pixels.size());
  std::ranges::transform(picture.pixels, mask.begin(), [&](const Rgb& pixel) {
    return static_cast<char>(squared_gap(pixel, ground) > kContrast * kContrast);
  });
  return mask;
}

/// The pixels connected with `start`, which are struck from `left`.
std::vector<std::size_t> take_spot(const Picture& picture, Mask& left, std::size_t start) {
  std::vector<std::size_t> spot = {start};
  left[start] = 0;
  for (std::size_t done = 0; done < spot.size(); ++done) {
    picture.neighbours(spot[done], [&](std::size_t next) {
      if (left[next] == 0) return;
      left[next] = 0;
      spot.push_back(next);
    });
  }
  return spot;
}

std::vector<std::vector<std::size_t>> spots_of(const Picture& picture, Mask mask) {
  std::vector<std::vector<std::size_t>> spots;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] == 0) continue;
    std::vector<std::size_t> spot = take_spot(picture, mask, i);
    if (spot.size() >= kMinPixels) spots.push_back(std::move(spot));
  }
  return spots;
}

struct SpotColour {
  std::size_t name = 0;  ///< counts in kThingColours
  Rgb mean{};
};

/// The colour most of the spot's core pixels are nearest to, and the mean of those pixels.
SpotColour colour_of(const Picture& picture, const std::vector<std::size_t>& spot,
                     const Rgb& ground) {
  double most = 0;
  for (const std::size_t i : spot) most = std::max(most, squared_gap(picture.pixels[i], ground));
  std::array<std::size_t, kThingColours.size()> votes{};
  std::array<Rgb, kThingColours.size()> sums{};
  for (const std::size_t i : spot) {
    const Rgb& pixel = picture.pixels[i];
    if (squared_gap(pixel, ground) <= kCore * most) continue;
    const std::size_t name = nearest(kThingColours, pixel);
    ++votes[name];
    for (std::size_t c = 0; c < 3; ++c) sums[name][c] += pixel[c];
  }
  const auto name = static_cast<std::size_t>(std::ranges::max_element(votes) - votes.begin());
  SpotColour colour{name, sums[name]};
  for (double& channel : colour.mean) channel /= static_cast<double>(votes[name]);
  return colour;
}

/// The spot and its rim, without what belongs to other spots.
Mask surroundings(const Picture& picture, const std::vector<std::size_t>& spot, const Mask& mask) {
  Mask own(mask.size());
  for (const std::size_t i : spot) own[i] = 1;
  Mask near = own;
  for (int ring = 0; ring < kRim; ++ring) {
    const Mask before = near;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before[i] != 0) picture.neighbours(i, [&](std::size_t next) { near[next] = 1; });
    }
  }
  for (std::size_t i = 0; i < near.size(); ++i) {
    if (mask[i] != 0 && own[i] == 0) near[i] = 0;
  }
  return near;
}

/// Projects each pixel on the way from the background's colour to the thing's.
Coverage coverage_of(const Picture& picture, const Mask& near, const Rgb& ground,
                     const Rgb& colour) {
  Coverage coverage{picture.height, picture.width, std::vector<double>(near.size())};
  const double length = std::max(squared_gap(colour, ground), 1.0);
  for (std::size_t i = 0; i < near.size(); ++i) {
    if (near[i] == 0) continue;
    double along = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      along += (picture.pixels[i][c] - ground[c]) * (colour[c] - ground[c]);
    }
    coverage.share[i] = std::clamp(along / length, 0.0, 1.0);
  }
  return coverage;
}

std::optional<ThingSize> size_of(double half_box) {
  if (half_box < kSmallest || half_box > kLargest) return std::nullopt;
  return half_box < kSmallBelow ? ThingSize::kSmall : ThingSize::kLarge;
}

}  // namespace

SeenScene look_at_shapes(std::span<const std::uint8_t> rgb_HWC, int height, int width) {
  expects(height > 2 * kBorder && width > 2 * kBorder, "a picture with an inside");
  expects(rgb_HWC.size() == 3 * static_cast<std::size_t>(height) * static_cast<std::size_t>(width),
          "three bytes a pixel");
  const Picture picture = picture_of(rgb_HWC, height, width);
  const Rgb ground = border_median(picture);
  SeenScene seen;
  const std::size_t name = nearest(kBackgrounds, ground);
  if (squared_gap(kBackgrounds[name].rgb, ground) <= kBackgroundReach * kBackgroundReach) {
    seen.background = name;
  }
  const Mask mask = contrasting(picture, ground);
  for (const std::vector<std::size_t>& spot : spots_of(picture, mask)) {
    const SpotColour colour = colour_of(picture, spot, ground);
    const Mask near = surroundings(picture, spot, mask);
    const Outline outline = fit_outline(coverage_of(picture, near, ground, colour.mean));
    seen.things.push_back({colour.name, outline.shape, size_of(outline.half_box), outline.centre_x,
                           outline.centre_y});
  }
  return seen;
}

}  // namespace rocm::model
