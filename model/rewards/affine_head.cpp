// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/affine_head.hpp"

#include "dist/base/contract.hpp"

namespace rocm::model {

AffineHead::AffineHead(const WeightScope& weights, const std::vector<std::int64_t>& widths) {
  expects(widths.size() == kPlaces.size() + 1, "a width before and behind every layer");
  for (std::size_t i = 0; i < kPlaces.size(); ++i)
    layers_.push_back(
        Linear::load(weights / "layers" / kPlaces[i], {.in = widths[i], .out = widths[i + 1]}));
}

at::Tensor AffineHead::operator()(at::Tensor x_BD) const {
  for (const Linear& layer : layers_) x_BD = layer(x_BD);
  return x_BD;
}

}  // namespace rocm::model
