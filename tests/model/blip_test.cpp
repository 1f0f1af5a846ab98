// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/matmul.h>
#include <gtest/gtest.h>

#include "data/blip_names.hpp"
#include "data/torch_file.hpp"
#include "dist/base/contract.hpp"
#include "model/blip_model.hpp"
#include "model/rewards/affine_head.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::model {
namespace {

using test::golden_config;
using test::golden_tensors;
using test::largest_difference;

constexpr double kTolerance = 1e-5;

BertTokens tokens_of(const data::NamedTensors& io) {
  return {.ids_BL = io.at("ids"), .mask_BL = io.at("mask")};
}

/// A network, and what the reference computes with it.
struct Example {
  BlipModel blip;
  data::NamedTensors io;
};

Example transformers_names(at::ScalarType dtype = at::kFloat) {
  Weights weights = test::golden_weights("blip_tiny", dtype);
  Example example{
      BlipModel(BlipConfig::from_json(golden_config("blip_tiny"), "blip"), WeightScope(weights)),
      golden_tensors("blip_tiny.io")};
  weights.expect_all_taken();
  return example;
}

/// Salesforce's files carry no configuration; their vision tower has another epsilon, and this one
/// is wider inside than the other fixture.
BlipConfig salesforce_config() {
  BlipConfig config = BlipConfig::from_json(golden_config("blip_tiny"), "blip");
  config.vision.hidden_width = 160;
  config.vision.norm_epsilon = 1e-6;
  return config;
}

Example salesforce_names(const data::NamedTensors& file) {
  Weights weights(data::with_transformers_blip_names(file), "file", at::kFloat, at::kCPU);
  return {BlipModel(salesforce_config(), WeightScope(weights)),
          golden_tensors("imagereward_tiny.io")};
}

void expect_the_references_digits(const Example& example) {
  const auto& [blip, io] = example;
  const at::Tensor itc = at::matmul(blip.image_embeddings(io.at("pixel_values")),
                                    blip.text_embeddings(tokens_of(io)).t());
  EXPECT_LT(largest_difference(itc, io.at("itc")), kTolerance);
  const at::Tensor itm = blip.match_logits(io.at("pixel_values"), tokens_of(io));
  EXPECT_LT(largest_difference(itm, io.at("itm_logits")), kTolerance);
}

TEST(Blip, OfTransformersNamesHasTheReferencesDigits) {
  expect_the_references_digits(transformers_names());
}

TEST(Blip, OfSalesforcesNamesHasTheReferencesDigits) {
  expect_the_references_digits(
      salesforce_names(data::read_torch_file(test::golden("blip_sf_tiny.pth")).tensors));
}

TEST(Blip, OfImageRewardsNamesHasTheReferencesDigits) {
  expect_the_references_digits(salesforce_names(golden_tensors("imagereward_tiny.weights")));
}

TEST(BlipVision, GivesTheReferencesPatches) {
  Weights weights = test::golden_weights("blip_tiny");
  const BlipVision vision(BlipConfig::from_json(golden_config("blip_tiny"), "blip").vision,
                          WeightScope(weights) / "vision_model");
  const auto io = golden_tensors("blip_tiny.io");
  EXPECT_LT(largest_difference(vision(io.at("pixel_values")), io.at("image_embeds")), kTolerance);
}

TEST(BlipText, AloneGivesTheReferencesHiddenState) {
  Weights weights(data::with_transformers_blip_names(golden_tensors("imagereward_tiny.weights")),
                  "file", at::kFloat, at::kCPU);
  const BlipConfig config = salesforce_config();
  const BlipText text(config.text, config.vision.width, WeightScope(weights) / "text_encoder");
  const auto io = golden_tensors("imagereward_tiny.io");
  EXPECT_LT(largest_difference(text(tokens_of(io)), io.at("text_hidden")), kTolerance);
}

TEST(Blip, PaddingDoesNotMoveTheCaption) {
  const auto [blip, io] = transformers_names();
  BertTokens tokens = tokens_of(io);
  tokens.mask_BL = tokens.mask_BL.clone();
  tokens.mask_BL.narrow(1, 4, 3).fill_(0);
  const at::Tensor before = blip.text_embeddings(tokens);
  tokens.ids_BL = tokens.ids_BL.clone();
  tokens.ids_BL.narrow(1, 4, 3).fill_(7);
  EXPECT_LT(largest_difference(blip.text_embeddings(tokens), before), 1e-6);
}

TEST(Blip, HasTheRightGradientInThePixels) {
  const auto [blip, io] = transformers_names(at::kDouble);
  const std::vector<at::Tensor> pixels{io.at("pixel_values").to(at::kDouble)};
  test::expect_right_gradients(
      [&](const auto& in) { return test::weighed_sum(blip.image_embeddings(in[0])); }, pixels);
  test::expect_right_gradients(
      [&](const auto& in) { return test::weighed_sum(blip.match_logits(in[0], tokens_of(io))); },
      pixels);
}

TEST(BlipConfig, RefusesAnotherActivation) {
  nlohmann::json json = golden_config("blip_tiny");
  json["text_config"]["hidden_act"] = "relu";
  EXPECT_NE(test::failure_of(ExitCode::kInput, [&] { (void)BlipConfig::from_json(json, "blip"); })
                .find("blip: text_config"),
            std::string::npos);
}

TEST(BlipConfig, AbsentKeysAreTheClasssDefaults) {
  const BlipConfig config = BlipConfig::from_json(nlohmann::json::object(), "blip");
  EXPECT_EQ(config.vision.image_size, 384);
  EXPECT_EQ(config.text.heads, 8);
  EXPECT_EQ(config.text.vocabulary, 30524);
  EXPECT_EQ(config.embedding_width, 256);
}

TEST(ImageReward, GivesTheReferencesReward) {
  const auto file = golden_tensors("imagereward_tiny.weights");
  const auto [blip, io] = salesforce_names(file);
  Weights weights(file, "file", at::kFloat, at::kCPU);
  const AffineHead head(WeightScope(weights) / "mlp", {32, 16, 12, 8, 4, 1});
  const at::Tensor raw_B1 = head(blip.joint_features(io.at("pixel_values"), tokens_of(io)));
  const at::Tensor reward = raw_B1.sub(0.16717362830052426).div(1.0333394966054072);
  EXPECT_LT(largest_difference(reward, io.at("reward")), kTolerance);
}

}  // namespace
}  // namespace rocm::model
