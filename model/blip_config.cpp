// SPDX-License-Identifier: Apache-2.0
#include "model/blip_config.hpp"

#include <nlohmann/json.hpp>

#include "model/config_reader.hpp"

namespace rocm::model {
namespace {

void require_whole_heads(const ConfigReader& reader, std::int64_t width, std::int64_t heads) {
  if (width % heads != 0)
    reader.refuse("num_attention_heads", "a number of heads that divides hidden_size");
}

BlipVisionConfig read_blip_vision(const nlohmann::json& json, const std::string& where) {
  const ConfigReader reader(json, where);
  reader.expect_only("hidden_act", "gelu");
  BlipVisionConfig config;
  config.width = reader.integer("hidden_size", config.width);
  config.layers = reader.integer("num_hidden_layers", config.layers);
  config.heads = reader.integer("num_attention_heads", config.heads);
  config.hidden_width = reader.integer("intermediate_size", config.hidden_width);
  config.image_size = reader.integer("image_size", config.image_size);
  config.patch_size = reader.integer("patch_size", config.patch_size);
  config.norm_epsilon = reader.epsilon("layer_norm_eps", config.norm_epsilon);
  require_whole_heads(reader, config.width, config.heads);
  if (config.patch_size > config.image_size) reader.refuse("patch_size", "at most image_size");
  return config;
}

BlipTextConfig read_blip_text(const nlohmann::json& json, const std::string& where) {
  const ConfigReader reader(json, where);
  reader.expect_only("hidden_act", "gelu");
  BlipTextConfig config;
  config.width = reader.integer("hidden_size", config.width);
  config.layers = reader.integer("num_hidden_layers", config.layers);
  config.heads = reader.integer("num_attention_heads", config.heads);
  config.hidden_width = reader.integer("intermediate_size", config.hidden_width);
  config.vocabulary = reader.integer("vocab_size", config.vocabulary);
  config.positions = reader.integer("max_position_embeddings", config.positions);
  config.norm_epsilon = reader.epsilon("layer_norm_eps", config.norm_epsilon);
  require_whole_heads(reader, config.width, config.heads);
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
