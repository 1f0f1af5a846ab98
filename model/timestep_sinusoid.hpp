// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// How a U-Net's configuration asks for the sinusoids of its timesteps.
struct TimestepSinusoid {
  std::int64_t width = 0;
  bool flip_sin_to_cos = true;  ///< cosines first
  double freq_shift = 0.0;

  /// [B, width] fp32 on the CPU, from timestep_B, int64 on the CPU:
  /// angle_i = t exp(-ln(10000) i / (width/2 - freq_shift)), i = 0 ... width/2 - 1.
  ///
  /// The float32 operations and their order are part of the definition: angles reach 1000, and a
  /// correctly rounded exp moves a sinusoid by 6e-5. Source: diffusers get_timestep_embedding.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& timestep_B) const;
};

}  // namespace rocm::model
