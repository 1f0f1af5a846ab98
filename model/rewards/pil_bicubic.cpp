// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/pil_bicubic.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

constexpr int kFractionBits = 22;  // 8 for the pixel and 2 for overshoot stay of 32
constexpr std::size_t kChannels = 3;

// Weights of neighbouring inputs that make one output along an axis.
struct Taps {
  std::size_t first = 0;
  std::vector<std::int32_t> weights;  // fixed point
};

// Keys (1981) with a = -1/2: the cubic that reproduces parabolas.
double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * kA;
  return 0.0;
}

std::int32_t fixed_point(double weight) {
  return static_cast<std::int32_t>(weight * (1 << kFractionBits) + (weight < 0 ? -0.5 : 0.5));
}

Taps taps_of(int output, int in, double scale) {
  const double widening = std::max(scale, 1.0);
  const double support = 2.0 * widening;
  const double center = (output + 0.5) * scale;
  // Pillow truncates towards zero, also below it.
  const int first = std::max(static_cast<int>(center - support + 0.5), 0);  // NOLINT
  const int last = std::min(static_cast<int>(center + support + 0.5), in);  // NOLINT
  std::vector<double> weights;
  for (int input = first; input < last; ++input) {
    weights.push_back(cubic((input - center + 0.5) * (1.0 / widening)));
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  Taps taps{.first = static_cast<std::size_t>(first), .weights = {}};
  for (const double weight : weights) taps.weights.push_back(fixed_point(weight / sum));
  return taps;
}

std::uint8_t rounded_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
}

// One axis of values [lines, in, run] -> [lines, out, run], `run` bytes apart along the axis.
std::vector<std::uint8_t> resize_axis(std::span<const std::uint8_t> values, int in, int out,
                                      std::size_t run) {
  const auto in_size = static_cast<std::size_t>(in);
  const std::size_t lines = values.size() / (in_size * run);
  const double scale = static_cast<double>(in) / out;
  std::vector<std::uint8_t> result(lines * static_cast<std::size_t>(out) * run);
  auto next = result.begin();
  std::vector<Taps> taps;
  taps.reserve(static_cast<std::size_t>(out));
  for (int output = 0; output < out; ++output) taps.push_back(taps_of(output, in, scale));
  for (std::size_t line = 0; line < lines; ++line) {
    for (const Taps& tap : taps) {
      const std::uint8_t* const begin = &values[(line * in_size + tap.first) * run];
      for (std::size_t i = 0; i < run; ++i) {
        std::int32_t sum = 1 << (kFractionBits - 1);
        for (std::size_t j = 0; j < tap.weights.size(); ++j)
          sum += tap.weights[j] * begin[j * run + i];
        *next++ = rounded_byte(sum);
      }
    }
  }
  return result;
}

bool rows_first(PictureSize from, PictureSize to) {
  return from.height > to.height && from.height - to.height > 2 * (from.width - to.width);
}

}  // namespace

std::vector<std::uint8_t> pil_bicubic(std::span<const std::uint8_t> rgb_HWC, PictureSize from,
                                      PictureSize to) {
  expects(from.width > 0 && from.height > 0 && to.width > 0 && to.height > 0, "positive sizes");
  const auto row_bytes = [](int width) { return kChannels * static_cast<std::size_t>(width); };
  expects(rgb_HWC.size() == row_bytes(from.width) * static_cast<std::size_t>(from.height),
          "three bytes a pixel");
  std::vector<std::uint8_t> picture(rgb_HWC.begin(), rgb_HWC.end());
  int width = from.width;
  const auto resize_rows = [&] {
    if (from.height != to.height)
      picture = resize_axis(picture, from.height, to.height, row_bytes(width));
  };
  const bool early = rows_first(from, to);
  if (early) resize_rows();
  if (from.width != to.width) picture = resize_axis(picture, from.width, to.width, kChannels);
  width = to.width;
  if (!early) resize_rows();
  return picture;
}

}  // namespace rocm::model
