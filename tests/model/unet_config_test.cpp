// SPDX-License-Identifier: Apache-2.0
#include "model/unet_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dist/base/contract.hpp"
#include "tests/model/golden_file.hpp"

namespace rocm::model {
namespace {

using Json = nlohmann::json;
using Kind = UNetLevel::Kind;

UNetConfig read(const Json& json) {
  return UNetConfig::from_json(json, "unet/config.json");
}

/// The golden configuration with one key changed.
Json with(const std::string& key, const Json& value) {
  Json json = test::golden_config("unet_tiny_lcm");
  json[key] = value;
  return json;
}

void expect_refused(const std::string& key, const Json& value) {
  try {
    (void)read(with(key, value));
    ADD_FAILURE() << key << " = " << value << " was accepted";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kInput);
    EXPECT_THAT(failure.what(), ::testing::HasSubstr("unet/config.json: " + key + " is ")) << value;
  }
}

TEST(UNetConfig, ReadsTheTinyNetworkFromFineToCoarse) {
  const UNetConfig config = read(test::golden_config("unet_tiny_lcm"));
  ASSERT_EQ(config.levels.size(), 3U);
  EXPECT_EQ(config.levels[0].channels, 8);
  EXPECT_EQ(config.levels[2].channels, 16);
  EXPECT_EQ(config.levels[0].heads, 2);
  EXPECT_EQ(config.levels[0].down, Kind::kCrossAttention);
  EXPECT_EQ(config.levels[0].up, Kind::kCrossAttention);
  EXPECT_EQ(config.levels[2].down, Kind::kPlain);
  EXPECT_EQ(config.levels[2].up, Kind::kPlain);
  EXPECT_EQ(config.guidance_width, 256);
  EXPECT_EQ(config.text_width, 32);
  EXPECT_EQ(config.sample_size, 8);
}

TEST(UNetConfig, AbsentKeysAndNullsAreTheClassesDefaults) {
  const Json nulls = {{"block_out_channels", nullptr}, {"attention_head_dim", nullptr},
                      {"norm_eps", nullptr},           {"upcast_attention", nullptr},
                      {"time_cond_proj_dim", nullptr}, {"num_attention_heads", nullptr}};
  for (const Json& json : {Json::object(), nulls}) {
    const UNetConfig config = read(json);
    ASSERT_EQ(config.levels.size(), 4U);
    EXPECT_EQ(config.levels[3].channels, 1280);
    EXPECT_EQ(config.levels[1].heads, 8);
    EXPECT_EQ(config.levels[0].resnets, 2);
    EXPECT_EQ(config.levels[3].down, Kind::kPlain);
    EXPECT_EQ(config.text_width, 1280);
    EXPECT_EQ(config.norm_epsilon, 1e-5);
    EXPECT_FALSE(config.guidance_width.has_value());
  }
}

TEST(UNetConfig, TakesOneNumberOfHeadsPerLevel) {
  const UNetConfig config = read(with("attention_head_dim", {1, 2, 4}));
  EXPECT_EQ(config.levels[1].heads, 2);
  EXPECT_EQ(config.levels[2].heads, 4);
}

TEST(UNetConfig, RefusesEveryValueThatChangesTheComputation) {
  const std::vector<std::pair<std::string, Json>> cases{
      {"time_embedding_type", "fourier"},
      {"act_fn", "gelu"},
      {"mid_block_type", "UNetMidBlock2D"},
      {"down_block_types", {"AttnDownBlock2D", "DownBlock2D", "DownBlock2D"}},
      {"up_block_types", {"UpBlock2D", "UpBlock2D", "SkipUpBlock2D"}},
      {"transformer_layers_per_block", {{1, 2}, 1, 1}},
      {"center_input_sample", true},
      {"only_cross_attention", true},
      {"only_cross_attention", {false, true, false}},
      {"dual_cross_attention", true},
      {"class_embed_type", "timestep"},
      {"addition_embed_type", "text"},
      {"num_class_embeds", 10},
      {"encoder_hid_dim", 64},
      {"encoder_hid_dim_type", "text_proj"},
      {"resnet_time_scale_shift", "scale_shift"},
      {"resnet_skip_time_act", true},
      {"resnet_out_scale_factor", 1.5},
      {"time_embedding_act_fn", "silu"},
      {"timestep_post_act", "silu"},
      {"conv_in_kernel", 5},
      {"conv_out_kernel", 1},
      {"attention_type", "gated"},
      {"cross_attention_norm", "layer_norm"},
      {"time_embedding_dim", 64},
      {"reverse_transformer_layers_per_block", {1, 1, 1}},
      {"num_attention_heads", 4},
      {"dropout", 0.1},
      {"downsample_padding", 0},
      {"mid_block_scale_factor", 2},
      {"_class_name", "UNet2DModel"}};
  for (const auto& [key, value] : cases) expect_refused(key, value);
}

TEST(UNetConfig, RefusesAnExplicitNullMiddle) {
  expect_refused("mid_block_type", nullptr);
  for (const double epsilon : {-1.0, 0.0, 1e9}) expect_refused("norm_eps", epsilon);
}

TEST(UNetConfig, RefusesNonsense) {
  const std::vector<std::pair<std::string, Json>> cases{{"block_out_channels", {8, 0, 16}},
                                                        {"block_out_channels", {8, -16, 16}},
                                                        {"block_out_channels", Json::array()},
                                                        {"block_out_channels", "8"},
                                                        {"block_out_channels", {8, 16, 1ULL << 62}},
                                                        {"attention_head_dim", 3},
                                                        {"attention_head_dim", {2, 2}},
                                                        {"norm_eps", "small"},
                                                        {"use_linear_projection", 1},
                                                        {"cross_attention_dim", {32, 32, 64}},
                                                        {"in_channels", 4.5},
                                                        {"down_block_types", {"DownBlock2D"}}};
  for (const auto& [key, value] : cases) expect_refused(key, value);
  EXPECT_THROW((void)read(Json::array()), Failure);
}

TEST(UNetConfig, NeutralValuesAreAccepted) {
  EXPECT_NO_THROW((void)read(with("only_cross_attention", {false, false, false})));
  EXPECT_NO_THROW((void)read(with("dropout", 0)));
  EXPECT_NO_THROW((void)read(with("a_key_of_the_future", "anything")));
  EXPECT_NO_THROW((void)read(with("cross_attention_dim", {32, 32, 32})));
}

}  // namespace
}  // namespace rocm::model
