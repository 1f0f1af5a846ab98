// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>
#include <nlohmann/json_fwd.hpp>

#include "model/rewards/tensor_resize.hpp"

namespace rocm::model {

/// How a picture becomes a square.
enum class Framing : std::uint8_t {
  kCentreCrop,          ///< shortest edge to `size`, then the centre, (H - S) // 2 from the top:
                        ///< transformers
  kCentreCropHalfEven,  ///< the same, half pixels rounded to even: torchvision
  kSquare,              ///< both edges to `size`, whatever the aspect
};

/// What metrics are computed from.
enum class MetricResize : std::uint8_t {
  kPillow,  ///< bytes, resized to bytes as Pillow does
  kTensor,  ///< floating-point numbers, as rewards: HPSv2
};

/// What a CLIP-like tower wants to see: resized, square, normalised.
struct ImagePreprocess {
  std::int64_t size = 224;  ///< pixels of the square
  std::array<double, 3> mean = {0.48145466, 0.4578275, 0.40821073};
  std::array<double, 3> deviation = {0.26862954, 0.26130258, 0.27577711};
  Framing framing = Framing::kCentreCrop;
  MetricResize metric_resize = MetricResize::kPillow;
  TensorResize tensor_resize = {};

  /// Reads preprocessor_config.json; Failure(kInput) for steps that are not computed here (another
  /// resampling than bicubic, a crop of another size than the edge, switched-off steps).
  [[nodiscard]] static ImagePreprocess from_json(const nlohmann::json& json,
                                                 const std::string& where);

  /// For rewards: image [B, 3, H, W] in 0..1 -> [B, 3, size, size] by tensor_resize.
  /// Differentiable.
  [[nodiscard]] at::Tensor differentiable(const at::Tensor& image_BCHW) const;

  /// For metrics: uint8 [B, H, W, 3] -> [B, 3, size, size] fp32, by metric_resize.
  [[nodiscard]] at::Tensor exact(const at::Tensor& pixels_BHWC) const;
};

}  // namespace rocm::model
