// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "model/ops/feature_kernels.hpp"

namespace rocm::model {

/// A frozen kernel in the order in which direct_convolve reads it. Shape legend: O, I, K as in
/// FrozenConvolution.
struct PackedKernel {
  at::Tensor blocks;  ///< undefined: the convolution is not for direct_convolve
  std::int64_t outputs = 0;
  std::int64_t kernel_size = 0;
};

/// Packs what direct_convolve computes well: fp32 on the CPU, an odd kernel that keeps the size of
/// the feature map, and so few weights that they stay in the cache.
PackedKernel pack_kernel(const at::Tensor& weight_OIKK, std::int64_t stride, std::int64_t padding);

/// The kernel that takes dL/dy to dL/dx: inputs and outputs exchanged, turned round.
PackedKernel pack_transposed_kernel(const at::Tensor& weight_OIKK, std::int64_t stride,
                                    std::int64_t padding);

PackedKernel pack_kernel(const at::Tensor& weight_OIKK, const FeatureKernels& kernels);

/// Cross-correlation with zero padding K/2, channels last; bias_O may be undefined. Without
/// oneDNN's descriptors and re-ordering, which cost as much as the arithmetic of small feature
/// maps. A sample's numbers depend neither on the batch nor on the number of threads.
at::Tensor direct_convolve(const PackedKernel& kernel, const at::Tensor& bias_O,
                           const at::Tensor& x_BIHW);
at::Tensor direct_convolve(const PackedKernel& kernel, const at::Tensor& bias_O,
                           const at::Tensor& x_BIHW, const FeatureKernels& kernels);

}  // namespace rocm::model
