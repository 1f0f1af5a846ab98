// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

namespace rocm::model {

// Shape legend: B samples, C channels, H x W latent pixels.

/// log N(x'; mean, sigma^2 I) of each sample, as policy gradients take it: the mean over C, H, W
/// (not the sum) of
///   -(x' - mean)^2 / (2 sigma^2) - ln sigma - ln(2 pi) / 2.
/// [B], in float32 or better whatever the arguments' dtype. x' is a constant: gradients reach the
/// mean only. sigma > 0: see has_densities. Source: RLCM's and DDPO's step log-probability.
[[nodiscard]] at::Tensor transition_log_probability(const at::Tensor& next_BCHW,
                                                    const at::Tensor& mean_BCHW, double sigma);

}  // namespace rocm::model
