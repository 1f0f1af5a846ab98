// SPDX-License-Identifier: Apache-2.0
#include "model/unet_config.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "model/config_reader.hpp"

namespace rocm::model {
namespace {

using Json = nlohmann::json;

/// Keys that change the computation, and the only value of each that is computed here.
void refuse_other_networks(const ConfigReader& reader) {
  reader.expect_only("_class_name", "UNet2DConditionModel");
  for (const char* off : {"center_input_sample", "dual_cross_attention", "resnet_skip_time_act",
                          "class_embeddings_concat", "mid_block_only_cross_attention"})
    reader.expect_only(off, false);
  for (const char* absent : {"class_embed_type", "addition_embed_type", "num_class_embeds",
                             "encoder_hid_dim", "encoder_hid_dim_type", "time_embedding_act_fn",
                             "timestep_post_act", "cross_attention_norm", "time_embedding_dim",
                             "reverse_transformer_layers_per_block", "num_attention_heads"})
    reader.expect_only(absent, nullptr);
  reader.expect_only("act_fn", "silu");
  reader.expect_only("time_embedding_type", "positional");
  reader.expect_only("resnet_time_scale_shift", "default");
  reader.expect_only("attention_type", "default");
  for (const char* one :
       {"resnet_out_scale_factor", "mid_block_scale_factor", "downsample_padding"})
    reader.expect_only(one, 1);
  for (const char* kernel : {"conv_in_kernel", "conv_out_kernel"}) reader.expect_only(kernel, 3);
  reader.expect_only("dropout", 0);
  // diffusers takes null for a network without a middle, and for sines first.
  reader.expect_only_not_null("mid_block_type", "UNetMidBlock2DCrossAttn");
}

/// false, or false for every level.
void refuse_only_cross_attention(const ConfigReader& reader, const Json& json) {
  const auto found = json.find("only_cross_attention");
  if (found == json.end() || found->is_null() || *found == false) return;
  const bool all_false = found->is_array() && std::ranges::all_of(*found, [](const Json& entry) {
                           return entry.is_boolean() && entry == false;
                         });
  if (!all_false) reader.refuse("only_cross_attention", "false");
}

std::vector<UNetLevel::Kind> kinds(const ConfigReader& reader, std::string_view key,
                                   const std::vector<std::string>& fallback, std::string_view plain,
                                   std::string_view cross) {
  std::vector<UNetLevel::Kind> result;
  for (const std::string& name : reader.texts(key, fallback)) {
    if (name == plain)
      result.push_back(UNetLevel::Kind::kPlain);
    else if (name == cross)
      result.push_back(UNetLevel::Kind::kCrossAttention);
    else
      reader.refuse(key, std::string(plain) + " and " + std::string(cross));
  }
  return result;
}

void read_kinds(const ConfigReader& reader, std::vector<UNetLevel>& levels) {
  const auto down =
      kinds(reader, "down_block_types",
            {"CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"},
            "DownBlock2D", "CrossAttnDownBlock2D");
  const auto up =
      kinds(reader, "up_block_types",
            {"UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"},
            "UpBlock2D", "CrossAttnUpBlock2D");
  constexpr std::string_view kOneEach = "one block for each entry of block_out_channels";
  if (down.size() != levels.size()) reader.refuse("down_block_types", kOneEach);
  if (up.size() != levels.size()) reader.refuse("up_block_types", kOneEach);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i].down = down[i];
    levels[i].up = up[levels.size() - 1 - i];
  }
}

std::vector<UNetLevel> read_levels(const ConfigReader& reader, std::int64_t norm_groups) {
  const auto channels = reader.integers("block_out_channels", {320, 640, 1280, 1280});
  const auto heads = reader.per_level("attention_head_dim", channels.size(), 8);
  const auto layers = reader.per_level("transformer_layers_per_block", channels.size(), 1);
  const auto resnets = reader.per_level("layers_per_block", channels.size(), 2);
  std::vector<UNetLevel> levels(channels.size());
  for (std::size_t i = 0; i < channels.size(); ++i) {
    if (channels[i] % norm_groups != 0)
      reader.refuse("block_out_channels", "a multiple of norm_num_groups");
    if (channels[i] % heads[i] != 0)
      reader.refuse("attention_head_dim", "a number of heads that divides the channels");
    levels[i].channels = channels[i];
    levels[i].heads = heads[i];
    levels[i].transformer_layers = layers[i];
    levels[i].resnets = resnets[i];
  }
  read_kinds(reader, levels);
  return levels;
}

/// A list is allowed when it says the same for every level.
std::int64_t read_text_width(const ConfigReader& reader, std::size_t levels) {
  const auto widths = reader.per_level("cross_attention_dim", levels, 1280);
  if (!std::ranges::all_of(widths, [&](std::int64_t width) { return width == widths[0]; }))
    reader.refuse("cross_attention_dim", "one width for all levels");
  return widths[0];
}

}  // namespace

UNetConfig UNetConfig::from_json(const nlohmann::json& json, const std::string& where) {
  const ConfigReader reader(json, where);
  refuse_other_networks(reader);
  refuse_only_cross_attention(reader, json);
  UNetConfig config;
  config.in_channels = reader.integer("in_channels", 4);
  config.out_channels = reader.integer("out_channels", 4);
  config.norm_groups = reader.integer("norm_num_groups", 32);
  config.levels = read_levels(reader, config.norm_groups);
  config.text_width = read_text_width(reader, config.levels.size());
  config.norm_epsilon = reader.epsilon("norm_eps", 1e-5);
  config.flip_sin_to_cos = reader.flag("flip_sin_to_cos", true);
  config.freq_shift = reader.number("freq_shift", 0.0);
  config.linear_projection = reader.flag("use_linear_projection", false);
  config.upcast_attention = reader.flag("upcast_attention", false);
  config.guidance_width = reader.optional_integer("time_cond_proj_dim");
  config.sample_size = reader.optional_integer("sample_size");
  return config;
}

}  // namespace rocm::model
