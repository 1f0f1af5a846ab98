// SPDX-License-Identifier: Apache-2.0
#include "model/autoencoder_config.hpp"

#include <nlohmann/json.hpp>

#include "model/config_reader.hpp"

namespace rocm::model {
namespace {

/// Keys that change the computation, and the only value of each that is computed here.
void refuse_other_networks(const ConfigReader& reader, std::size_t levels) {
  reader.expect_only("_class_name", "AutoencoderKL");
  reader.expect_only("act_fn", "silu");
  for (const char* absent : {"shift_factor", "latents_mean", "latents_std"})
    reader.expect_only(absent, nullptr);
  // diffusers takes null for false here.
  for (const char* on : {"use_quant_conv", "use_post_quant_conv", "mid_block_add_attention"})
    reader.expect_only_not_null(on, true);
  const std::pair<const char*, const char*> types[] = {{"down_block_types", "DownEncoderBlock2D"},
                                                       {"up_block_types", "UpDecoderBlock2D"}};
  for (const auto& [key, supported] : types) {
    const std::vector<std::string> names = reader.texts(key, {supported});
    if (names != std::vector<std::string>(levels, supported))
      reader.refuse(key, std::string("one ") + supported + " for each of block_out_channels");
  }
}

}  // namespace

std::int64_t AutoencoderConfig::downscale() const {
  return std::int64_t{1} << (channels.size() - 1);
}

AutoencoderConfig AutoencoderConfig::from_json(const nlohmann::json& json,
                                               const std::string& where) {
  const ConfigReader reader(json, where);
  AutoencoderConfig config;
  config.channels = reader.integers("block_out_channels", {64});
  refuse_other_networks(reader, config.channels.size());
  config.in_channels = reader.integer("in_channels", 3);
  config.out_channels = reader.integer("out_channels", 3);
  config.latent_channels = reader.integer("latent_channels", 4);
  config.layers_per_block = reader.integer("layers_per_block", 1);
  config.norm_groups = reader.integer("norm_num_groups", 32);
  config.scaling_factor = reader.number("scaling_factor", 0.18215);
  if (config.scaling_factor <= 0.0) reader.refuse("scaling_factor", "a positive number");
  for (const std::int64_t channels : config.channels)
    if (channels % config.norm_groups != 0)
      reader.refuse("block_out_channels", "a multiple of norm_num_groups");
  return config;
}

}  // namespace rocm::model
