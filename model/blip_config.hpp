// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace rocm::model {

/// The vision_config of a transformers BLIP. Defaults: the class's.
struct BlipVisionConfig {
  std::int64_t width = 768;
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t hidden_width = 3072;  ///< intermediate_size
  std::int64_t image_size = 384;     ///< pixels, square
  std::int64_t patch_size = 16;
  double norm_epsilon = 1e-5;  ///< 1e-6 in Salesforce's own code

  [[nodiscard]] std::int64_t patches() const;
};

/// The text_config of a transformers BLIP: BERT that can look at a picture.
struct BlipTextConfig {
  std::int64_t width = 768;
  std::int64_t layers = 12;
  std::int64_t heads = 8;  ///< the class's default, 12 in every published model
  std::int64_t hidden_width = 3072;
  std::int64_t vocabulary = 30524;
  std::int64_t positions = 512;
  double norm_epsilon = 1e-12;
};

/// config.json of a BlipForImageTextRetrieval.
struct BlipConfig {
  BlipVisionConfig vision;
  BlipTextConfig text;
  std::int64_t embedding_width = 256;  ///< image_text_hidden_size

  /// Throws Failure(kInput), naming `where` and the key, for anything not computed here.
  static BlipConfig from_json(const nlohmann::json& json, const std::string& where);
};

}  // namespace rocm::model
