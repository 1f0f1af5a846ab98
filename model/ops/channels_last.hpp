// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/ops/feature_kernels.hpp"

namespace rocm::model {

// In fp32 and bf16 on the CPU feature maps [B, C, H, W] lie in memory as [B, H, W, C]: oneDNN
// convolves them up to twice as fast, tokens are a view of them, and the operations below are made
// for it. Elsewhere they lie as they are written, and ATen's operations serve. The choice depends
// on nothing else, so that policy and reference always run the same kernels.

/// Whether feature maps of x's device and type lie like this.
bool channels_come_last(const at::Tensor& x);

/// Whether FeatureKernels compute in x's type. Coarser ones are converted on the way.
bool is_single_precision(const at::Tensor& x);

enum class AfterNorm : std::uint8_t { kNothing, kSilu };

/// Frozen.
struct GroupNormWeights {
  const at::Tensor& weight_C;
  const at::Tensor& bias_C;
  std::int64_t groups = 1;
  double epsilon = 1e-5;
};

/// group_norm(x), or silu of it. Keeps x and two numbers per group for the backward pass.
/// Bit-identical for every number of threads.
at::Tensor channels_last_norm(const at::Tensor& x_BCHW, const GroupNormWeights& weights,
                              AfterNorm after);
at::Tensor channels_last_norm(const at::Tensor& x_BCHW, const GroupNormWeights& weights,
                              AfterNorm after, const FeatureKernels& kernels);

/// Those that this processor can run, the fastest first.
std::vector<FeatureKernels> runnable_feature_kernels();
const FeatureKernels& fastest_feature_kernels();

}  // namespace rocm::model
