// SPDX-License-Identifier: Apache-2.0
#include "model/blip_config.hpp"

#include <nlohmann/json.hpp>

#include "model/config_reader.hpp"

namespace rocm::model {
namespace {

/// What both towers have, under the same keys; `config` holds the class's defaults.
template <class Tower>
Tower read_tower(const ConfigReader& reader, Tower config) {
  reader.expect_only("hidden_act", "gelu");
  config.width = reader.integer("hidden_size", config.width);
  config.layers = reader.integer("num_hidden_layers", config.layers);
  config.heads = reader.integer("num_attention_heads", config.heads);
  config.hidden_width = reader.integer("intermediate_size", config.hidden_width);
  config.norm_epsilon = reader.epsilon("layer_norm_eps", config.norm_epsilon);
  if (config.width % config.heads != 0)
    reader.refuse("num_attention_heads", "a number of heads that divides hidden_size");
  return config;
}

BlipVisionConfig read_blip_vision(const nlohmann::json& json, const std::string& where) {
  const ConfigReader reader(json, where);
  auto config = read_tower(reader, BlipVisionConfig());
  config.image_size = reader.integer("image_size", config.image_size);
  config.patch_size = reader.integer("patch_size", config.patch_size);
  if (config.patch_size > config.image_size) reader.refuse("patch_size", "at most image_size");
  return config;
}

BlipTextConfig read_blip_text(const nlohmann::json& json, const std::string& where) {
  const ConfigReader reader(json, where);
  auto config = read_tower(reader, BlipTextConfig());
  config.vocabulary = reader.integer("vocab_size", config.vocabulary);
  config.positions = reader.integer("max_position_embeddings", config.positions);
  return config;
}

}  // namespace

std::int64_t BlipVisionConfig::patches() const {
  const std::int64_t side = image_size / patch_size;
  return side * side;
}

BlipConfig BlipConfig::from_json(const nlohmann::json& json, const std::string& where) {
  const ConfigReader reader(json, where);
  const nlohmann::json defaults = nlohmann::json::object();
  const nlohmann::json* vision = reader.object("vision_config");
  const nlohmann::json* text = reader.object("text_config");
  return {
      .vision = read_blip_vision(vision == nullptr ? defaults : *vision, where + ": vision_config"),
      .text = read_blip_text(text == nullptr ? defaults : *text, where + ": text_config"),
      .embedding_width = reader.integer("image_text_hidden_size", 256)};
}

}  // namespace rocm::model
