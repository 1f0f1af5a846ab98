// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/augmentation.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <ATen/ops/cat.h>

#include "dist/base/contract.hpp"
#include "model/rewards/tensor_resize.hpp"

namespace rocm::model {
namespace {

/// Where a window lies along one axis [pixels].
struct Extent {
  std::int64_t begin;
  std::int64_t length;
};

/// place: uniform in (0, 1).
Extent window(std::int64_t side, double scale, double place) {
  const double exact = std::round(scale * static_cast<double>(side));
  const auto length = std::clamp<std::int64_t>(static_cast<std::int64_t>(exact), 1, side);
  const auto places = static_cast<double>(side - length + 1);
  return {.begin = static_cast<std::int64_t>(place * places), .length = length};
}

/// One picture [1, 3, H, W]. Bilinear, so that no pixel leaves the range of its neighbours.
at::Tensor random_window(const at::Tensor& image_BCHW, const NoiseKey& key, double smallest) {
  const std::int64_t height = image_BCHW.size(2), width = image_BCHW.size(3);
  const auto u = keyed_uniforms(key, noise_entry::kWindow, 3);
  const double scale = smallest + (1.0 - smallest) * u[0];
  const Extent rows = window(height, scale, u[1]), columns = window(width, scale, u[2]);
  const TensorResize resize{.interpolation = Interpolation::kBilinear};
  return resize(
      image_BCHW.narrow(2, rows.begin, rows.length).narrow(3, columns.begin, columns.length),
      height, width);
}

at::Tensor pixel_noise(const at::Tensor& image_BCHW, const NoiseKey& key) {
  return keyed_noise(key, 1, image_BCHW.sizes().slice(1), noise_entry::kPixels)
      .to(image_BCHW.options());
}

}  // namespace

at::Tensor Augmentation::operator()(const at::Tensor& image_BCHW,
                                    std::span<const NoiseKey> keys) const {
  if (!enabled()) return image_BCHW;
  expects(static_cast<std::size_t>(image_BCHW.size(0)) == keys.size(), "one key per picture");
  std::vector<at::Tensor> seen;
  for (std::size_t b = 0; b < keys.size(); ++b) {
    at::Tensor one_BCHW = image_BCHW.narrow(0, static_cast<std::int64_t>(b), 1);
    if (crop < 1.0) one_BCHW = random_window(one_BCHW, keys[b], crop);
    if (noise > 0.0) one_BCHW = one_BCHW.add(pixel_noise(one_BCHW, keys[b]), noise);
    seen.push_back(one_BCHW);
  }
  return at::cat(seen);
}

}  // namespace rocm::model
