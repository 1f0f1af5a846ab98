// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>
#include <nlohmann/json_fwd.hpp>

namespace rocm::model {

/// What a CLIP-like tower wants to see: shortest edge to `size`, centre crop, normalise.
struct ImagePreprocess {
  std::int64_t size = 224;  ///< pixels of both the shortest edge and the square crop
  std::array<double, 3> mean = {0.48145466, 0.4578275, 0.40821073};
  std::array<double, 3> deviation = {0.26862954, 0.26130258, 0.27577711};

  /// Reads preprocessor_config.json; Failure(kInput) for steps that are not computed here (another
  /// resampling than bicubic, a crop of another size than the edge, switched-off steps).
  [[nodiscard]] static ImagePreprocess from_json(const nlohmann::json& json,
                                                 const std::string& where);

  /// For rewards: image [B, 3, H, W] in 0..1 -> [B, 3, size, size] by antialiased bicubic
  /// interpolation, without rounding to bytes (torch's kernel, a = -0.5). Differentiable.
  [[nodiscard]] at::Tensor differentiable(const at::Tensor& image_BCHW) const;

  /// For metrics: uint8 [B, H, W, 3] -> [B, 3, size, size] fp32, every byte as Pillow resizes it.
  [[nodiscard]] at::Tensor exact(const at::Tensor& pixels_BHWC) const;
};

}  // namespace rocm::model
