// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "model/ops/direct_convolution.hpp"

namespace rocm::model {

/// A 2-d convolution whose kernel is never trained. Shape legend: O outputs, I inputs, K kernel.
struct FrozenConvolution {
  at::Tensor weight_OIKK;
  at::Tensor bias_O;  ///< undefined without a bias; may want a gradient
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  PackedKernel packed = {};             ///< of the kernel, and of the one
  PackedKernel packed_transposed = {};  ///< that takes gradients back; both or none
};

/// Cross-correlation of x [B, I, H, W] with zero padding.
///
/// Keeps the kernel alone for the backward pass, where ATen's convolution keeps its input as well,
/// although the gradient with respect to the input does not depend on it.
at::Tensor frozen_convolve(const FrozenConvolution& convolution, const at::Tensor& x_BIHW);

}  // namespace rocm::model
