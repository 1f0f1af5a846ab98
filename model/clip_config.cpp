// SPDX-License-Identifier: Apache-2.0
#include "model/clip_config.hpp"

#include <nlohmann/json.hpp>

#include "model/config_reader.hpp"

namespace rocm::model {
namespace {

Activation read_activation(const ConfigReader& reader) {
  const std::string name = reader.text("hidden_act", "quick_gelu");
  if (name == "quick_gelu") return Activation::kQuickGelu;
  if (name == "gelu") return Activation::kGelu;
  reader.refuse("hidden_act", "quick_gelu or gelu");
}

/// defaults: the class's, for the keys that are absent.
ClipEncoderConfig read_encoder(const ConfigReader& reader, ClipEncoderConfig defaults) {
  const ClipEncoderConfig config{
      .width = reader.integer("hidden_size", defaults.width),
      .layers = reader.integer("num_hidden_layers", defaults.layers),
      .heads = reader.integer("num_attention_heads", defaults.heads),
      .hidden_width = reader.integer("intermediate_size", defaults.hidden_width),
      .activation = read_activation(reader),
      .norm_epsilon = reader.epsilon("layer_norm_eps", defaults.norm_epsilon)};
  if (config.width % config.heads != 0)
    reader.refuse("num_attention_heads", "a number of heads that divides hidden_size");
  return config;
}

/// A tower's configuration inside a CLIPModel's. Old files have a second object, `<name>_dict`,
/// which transformers completes with defaults and prefers; without either, all is default.
nlohmann::json tower(const ConfigReader& reader, const std::string& name) {
  if (const nlohmann::json* preferred = reader.object(name + "_dict")) return *preferred;
  const nlohmann::json* usual = reader.object(name);
  return usual == nullptr ? nlohmann::json::object() : *usual;
}

}  // namespace

ClipTextConfig ClipTextConfig::from_json(const nlohmann::json& json, const std::string& where) {
  const ConfigReader reader(json, where);
  ClipTextConfig config;
  config.encoder = read_encoder(reader, config.encoder);
  config.vocabulary = reader.integer("vocab_size", config.vocabulary);
  config.positions = reader.integer("max_position_embeddings", config.positions);
  config.end_token = reader.integer("eos_token_id", config.end_token);
  return config;
}

std::int64_t ClipVisionConfig::patches() const {
  const std::int64_t side = image_size / patch_size;
  return side * side;
}

ClipVisionConfig ClipVisionConfig::from_json(const nlohmann::json& json, const std::string& where) {
  const ConfigReader reader(json, where);
  reader.expect_only("num_channels", 3);
  ClipVisionConfig config;
  config.encoder = read_encoder(reader, config.encoder);
  config.image_size = reader.integer("image_size", config.image_size);
  config.patch_size = reader.integer("patch_size", config.patch_size);
  if (config.patch_size > config.image_size) reader.refuse("patch_size", "at most image_size");
  return config;
}

ClipConfig ClipConfig::from_json(const nlohmann::json& json, const std::string& where) {
  const ConfigReader reader(json, where);
  return {.text = ClipTextConfig::from_json(tower(reader, "text_config"), where + ": text_config"),
          .vision = ClipVisionConfig::from_json(tower(reader, "vision_config"),
                                                where + ": vision_config"),
          .embedding_width = reader.integer("projection_dim", 512)};
}

}  // namespace rocm::model
