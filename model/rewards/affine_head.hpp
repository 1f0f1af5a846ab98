// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/layers.hpp"
#include "model/weights.hpp"

namespace rocm::model {

/// The head of the aesthetic predictor and of ImageReward: linear layers with nothing but dropout
/// between them, so an affine map of features to one number. Kept in layers, as the authors wrote
/// it, for the same rounding.
class AffineHead {
 public:
  /// The places of the linear layers in `layers.N`; dropout has the others.
  static constexpr std::array<std::size_t, 5> kPlaces = {0, 2, 4, 6, 7};

  /// widths: of the features, of each layer's outputs; six numbers. Throws Failure(kInput).
  AffineHead(const WeightScope& weights, const std::vector<std::int64_t>& widths);

  /// Features [B, D] to [B, 1].
  [[nodiscard]] at::Tensor operator()(at::Tensor x_BD) const;

 private:
  std::vector<Linear> layers_;
};

}  // namespace rocm::model
