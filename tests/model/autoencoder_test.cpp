// SPDX-License-Identifier: Apache-2.0
#include "model/autoencoder.hpp"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "data/key_aliases.hpp"
#include "dist/base/contract.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::golden_config;
using test::golden_tensors;
using test::largest_difference;

constexpr double kTolerance = 1e-5;

Autoencoder load(data::NamedTensors tensors, at::ScalarType dtype = at::kFloat) {
  model::Weights weights(std::move(tensors), "vae_tiny", dtype, at::kCPU);
  Autoencoder vae(AutoencoderConfig::from_json(golden_config("vae_tiny"), "vae_tiny"),
                  WeightScope(weights));
  weights.expect_all_taken();
  return vae;
}

TEST(Autoencoder, DecodesToTheReferencesDigits) {
  const auto io = golden_tensors("vae_tiny.io");
  const Autoencoder vae = load(golden_tensors("vae_tiny.weights"));
  EXPECT_LT(largest_difference(vae.decode(io.at("z")), io.at("dec")), kTolerance);
}

TEST(Autoencoder, EncodesToTheReferencesDigits) {
  const auto io = golden_tensors("vae_tiny.io");
  const auto posterior = load(golden_tensors("vae_tiny.weights")).encode(io.at("image"));
  EXPECT_LT(largest_difference(posterior.mean_BCHW, io.at("mean")), kTolerance);
  EXPECT_LT(largest_difference(posterior.log_variance_BCHW, io.at("logvar")), kTolerance);
}

TEST(Autoencoder, OldAttentionNamesAreTheSameNetwork) {
  const at::Tensor z = golden_tensors("vae_tiny.io").at("z");
  const auto renamed = data::with_current_vae_names(golden_tensors("vae_tiny.oldnames"));
  EXPECT_TRUE(
      at::equal(load(renamed).decode(z), load(golden_tensors("vae_tiny.weights")).decode(z)));
}

TEST(Autoencoder, HasTheRightGradientInTheLatent) {
  const Autoencoder vae = load(golden_tensors("vae_tiny.weights"), at::kDouble);
  test::expect_right_gradients(
      [&](const std::vector<at::Tensor>& in) { return test::weighed_sum(vae.decode(in[0])); },
      {golden_tensors("vae_tiny.io").at("z").to(at::kDouble)});
}

TEST(AutoencoderConfig, AbsentKeysAreTheClassesDefaults) {
  const auto config = AutoencoderConfig::from_json(nlohmann::json::object(), "vae");
  EXPECT_EQ(config.scaling_factor, 0.18215);
  EXPECT_EQ(config.channels, std::vector<std::int64_t>{64});
  EXPECT_EQ(config.latent_channels, 4);
  EXPECT_EQ(config.downscale(), 1);
}

TEST(AutoencoderConfig, RefusesOtherNetworks) {
  const std::vector<std::pair<std::string, nlohmann::json>> cases{
      {"shift_factor", 0.1},
      {"act_fn", "relu"},
      {"use_quant_conv", false},
      {"use_post_quant_conv", nullptr},
      {"mid_block_add_attention", false},
      {"down_block_types", {"DownEncoderBlock2D", "DownEncoderBlock2D", "AttnDownEncoderBlock2D"}},
      {"up_block_types", {"UpDecoderBlock2D"}},
      {"norm_num_groups", 3},
      {"scaling_factor", 0.0},
      {"latents_mean", {0.0, 0.0}}};
  for (const auto& [key, value] : cases) {
    nlohmann::json json = golden_config("vae_tiny");
    json[key] = value;
    EXPECT_THROW((void)AutoencoderConfig::from_json(json, "vae"), Failure) << key << value;
  }
}

}  // namespace
}  // namespace rocm::model
