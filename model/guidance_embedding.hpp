// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// What a guidance scale means to a guidance-distilled U-Net; both meanings are in use.
enum class GuidanceConvention : std::uint8_t {
  kDiffusers,  ///< w = scale - 1 (diffusers' LatentConsistencyModelPipeline, RLCM)
  kOriginal,   ///< w = scale (the first LCM pipeline, October 2023)
};

/// w of the embedding.
[[nodiscard]] double guidance_weight(double scale, GuidanceConvention convention);

/// What a guidance-distilled U-Net reads of w: [1, width], fp32, on the CPU: sines, then cosines,
/// of 1000 w f_i, f_i = exp(-i ln(10000) / (width/2 - 1)). The angle reaches thousands, so the
/// float32 operations and their order are part of the definition. Source: diffusers
/// LatentConsistencyModelPipeline.get_guidance_scale_embedding.
[[nodiscard]] at::Tensor guidance_embedding(double w, std::int64_t width);

}  // namespace rocm::model
