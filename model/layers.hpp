// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "model/adapter_plan.hpp"
#include "model/frozen_matrix.hpp"
#include "model/low_rank_adapter.hpp"
#include "model/ops/direct_convolution.hpp"
#include "model/weights.hpp"

namespace rocm::model {

// Frozen layers: values made of tensors, called as functions. None computes a gradient of its own
// weights or keeps its input for one. Shape legend: O outputs, I inputs, K kernel size.

enum class Bias : std::uint8_t { kNone, kPresent };

/// y = x W^T + b, plus the adapter's scale B A x where the layer is adapted.
struct Linear {
  FrozenMatrix weight_OI;
  at::Tensor bias_O;  ///< undefined without a bias
  int slot = AdapterPlan::kNotAdapted;

  struct Shape {
    std::int64_t in = 0;
    std::int64_t out = 0;
    Bias bias = Bias::kPresent;
  };

  /// Takes `weight` and `bias`; a 1x1 convolution's [O, I, 1, 1] is accepted by load_1x1 alone.
  static Linear load(const WeightScope& scope, const Shape& shape, AdapterPlan* plan = nullptr);

  /// A 1x1 convolution as the matrix that it is; adapters keep the convolution's shapes.
  static Linear load_1x1(const WeightScope& scope, const Shape& shape, AdapterPlan* plan = nullptr);

  /// x [..., I] to [..., O].
  at::Tensor operator()(const at::Tensor& x, const LowRankAdapter* adapter = nullptr) const;

  /// residual + (*this)(x), in fewer passes over memory; x may be tokens where the residual is a
  /// feature map.
  [[nodiscard]] at::Tensor add_to(const at::Tensor& residual, const at::Tensor& x,
                                  const LowRankAdapter* adapter = nullptr) const;

  /// The pixels of x [B, I, H, W] as tokens [B, H W, O].
  [[nodiscard]] at::Tensor tokens_of(const at::Tensor& x_BIHW, const LowRankAdapter* adapter) const;
};

/// Cross-correlation over [B, I, H, W] with zero padding.
struct Conv2d {
  at::Tensor weight_OIKK;
  at::Tensor bias_O;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  int slot = AdapterPlan::kNotAdapted;
  PackedKernel packed = {};
  PackedKernel packed_transposed = {};

  struct Shape {
    std::int64_t in = 0;
    std::int64_t out = 0;
    std::int64_t kernel = 3;
    std::int64_t stride = 1;
    std::int64_t padding = 1;
    Bias bias = Bias::kPresent;
  };

  static Conv2d load(const WeightScope& scope, const Shape& shape, AdapterPlan* plan = nullptr);

  at::Tensor operator()(const at::Tensor& x_BIHW, const LowRankAdapter* adapter = nullptr) const;

  /// residual [B, O, H, W], which is used up, + (*this)(x).
  [[nodiscard]] at::Tensor add_to(at::Tensor residual_BOHW, const at::Tensor& x_BIHW,
                                  const LowRankAdapter* adapter = nullptr) const;

  /// The same with another bias, [O]: a shift that all samples and pixels share costs nothing.
  [[nodiscard]] at::Tensor with_bias(const at::Tensor& bias_O, const at::Tensor& x_BIHW,
                                     const LowRankAdapter* adapter = nullptr) const;
};

/// Normalisation over groups of channels and all pixels (Wu and He, arXiv 1803.08494).
struct GroupNorm {
  at::Tensor weight_C;
  at::Tensor bias_C;
  std::int64_t groups = 1;
  double epsilon = 1e-5;

  struct Shape {
    std::int64_t channels = 0;
    std::int64_t groups = 1;
    double epsilon = 1e-5;
  };

  static GroupNorm load(const WeightScope& scope, const Shape& shape);

  /// x [B, C, H, W].
  at::Tensor operator()(const at::Tensor& x) const;

  /// silu(norm(x)), keeping x alone for the backward pass.
  [[nodiscard]] at::Tensor then_silu(const at::Tensor& x) const;
};

/// Normalisation over the last dimension.
struct LayerNorm {
  at::Tensor weight_C;
  at::Tensor bias_C;
  double epsilon = 1e-5;

  static LayerNorm load(const WeightScope& scope, std::int64_t channels, double epsilon);

  at::Tensor operator()(const at::Tensor& x) const;
};

}  // namespace rocm::model
