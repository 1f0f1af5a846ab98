// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "model/ops/activation.hpp"

namespace rocm::model {

/// The stack of pre-norm transformer layers that both CLIP towers are made of.
struct ClipEncoderConfig {
  std::int64_t width = 0;
  std::int64_t layers = 12;
  std::int64_t heads = 0;
  std::int64_t hidden_width = 0;  ///< intermediate_size
  Activation activation = Activation::kQuickGelu;
  double norm_epsilon = 1e-5;
};

/// config.json of a CLIPTextModel, or the text_config of a CLIPModel. Defaults: ViT-B/32.
struct ClipTextConfig {
  ClipEncoderConfig encoder{.width = 512, .heads = 8, .hidden_width = 2048};
  std::int64_t vocabulary = 49408;
  std::int64_t positions = 77;
  /// 2 is a historic mistake that means "the largest id": see ClipText.
  std::int64_t end_token = 49407;

  /// Throws Failure(kInput), naming `where` and the key, for anything not computed here.
  static ClipTextConfig from_json(const nlohmann::json& json, const std::string& where);
};

/// The vision_config of a CLIPModel. Defaults: ViT-B/32.
struct ClipVisionConfig {
  ClipEncoderConfig encoder{.width = 768, .heads = 12, .hidden_width = 3072};
  std::int64_t image_size = 224;  ///< pixels, square
  std::int64_t patch_size = 32;

  [[nodiscard]] std::int64_t patches() const;

  static ClipVisionConfig from_json(const nlohmann::json& json, const std::string& where);
};

/// config.json of a CLIPModel.
struct ClipConfig {
  ClipTextConfig text;
  ClipVisionConfig vision;
  std::int64_t embedding_width = 512;  ///< projection_dim

  static ClipConfig from_json(const nlohmann::json& json, const std::string& where);
};

}  // namespace rocm::model
