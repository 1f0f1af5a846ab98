// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// How a U-Net's configuration asks for its timestep sinusoids.
struct TimestepSinusoid {
  std::int64_t width = 0;
  bool flip_sin_to_cos = true;  ///< cosines first
  double freq_shift = 0.0;
};

/// Sinusoids of timesteps, [B, width]: angle t * 10000^(-i / (width/2 - freq_shift)).
///
/// timestep_B: int64 on the CPU. Computed in fp32 on the CPU whatever the network's dtype: the
/// angles reach 1000, so their last bits decide whether a network gives the reference's digits.
at::Tensor timestep_sinusoid(const at::Tensor& timestep_B, const TimestepSinusoid& how);

/// Sinusoids of guidance weights w, [B, width]: sines, then cosines, of
/// 1000 w * 10000^(-i / (width/2 - 1)), i = 0 ... width/2 - 1 (LCM, arXiv 2310.04378).
///
/// w_B: fp32 on the CPU; w = guidance_scale - 1 in diffusers' convention. fp32 on the CPU as above.
at::Tensor guidance_sinusoid(const at::Tensor& w_B, std::int64_t width);

}  // namespace rocm::model
