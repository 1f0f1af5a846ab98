// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include <ATen/core/Tensor.h>

#include "model/layers.hpp"

namespace rocm::model {

// Shape legend: B samples, I input channels, O output channels, H x W pixels, T time width.

/// diffusers' ResnetBlock2D: shortcut(x) + conv2(silu(norm2(shift + conv1(silu(norm1(x)))))).
struct ResidualBlock {
  GroupNorm norm1;
  Conv2d conv1;
  GroupNorm norm2;
  Conv2d conv2;
  std::optional<Conv2d> shortcut;  ///< present when the channels change

  struct Shape {
    std::int64_t in = 0;
    std::int64_t out = 0;
    std::int64_t groups = 32;
    double epsilon = 1e-5;
  };

  static ResidualBlock load(const WeightScope& scope, const Shape& shape,
                            AdapterPlan* plan = nullptr);

  /// Without a time embedding, as in an autoencoder.
  at::Tensor operator()(const at::Tensor& x_BIHW) const;

  /// shift_BO takes the place of conv1's bias, which is part of it: [1, O] is the same for all
  /// samples.
  at::Tensor operator()(const at::Tensor& x_BIHW, const at::Tensor& shift_BO,
                        const LowRankAdapter* adapter) const;

 private:
  [[nodiscard]] at::Tensor finish(const at::Tensor& x_BIHW, const at::Tensor& hidden_BOHW,
                                  const LowRankAdapter* adapter) const;
};

}  // namespace rocm::model
