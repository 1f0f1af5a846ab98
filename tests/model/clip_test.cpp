// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/equal.h>
#include <ATen/ops/matmul.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/clip_names.hpp"
#include "dist/base/contract.hpp"
#include "model/clip_model.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::golden_config;
using test::golden_tensors;
using test::largest_difference;

constexpr double kTolerance = 1e-5;

/// Both activations and both rules for the end token.
class Clip : public ::testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] static std::string name() { return GetParam(); }

  [[nodiscard]] static ClipModel load(at::ScalarType dtype = at::kFloat) {
    model::Weights weights = test::golden_weights(name(), dtype);
    ClipModel clip(ClipConfig::from_json(golden_config(name()), name()), WeightScope(weights));
    weights.expect_all_taken();
    return clip;
  }

  const data::NamedTensors io_ = golden_tensors(name() + ".io");
};

TEST_P(Clip, EmbedsCaptionsToTheReferencesDigits) {
  EXPECT_LT(largest_difference(load().text_embeddings(io_.at("ids")), io_.at("text_embeds")),
            kTolerance);
}

TEST_P(Clip, EmbedsPicturesToTheReferencesDigits) {
  const at::Tensor embeddings = load().image_embeddings(io_.at("pixel_values"));
  EXPECT_LT(largest_difference(embeddings, io_.at("image_embeds")), kTolerance);
}

TEST_P(Clip, ScoresPairsToTheReferencesDigits) {
  const ClipModel clip = load();
  const at::Tensor cosines = at::matmul(clip.image_embeddings(io_.at("pixel_values")),
                                        clip.text_embeddings(io_.at("ids")).t());
  EXPECT_LT(largest_difference(cosines.mul(clip.scale()), io_.at("logits_per_image")), kTolerance);
}

TEST_P(Clip, TextTowerAloneGivesTheReferencesHiddenState) {
  const auto json = golden_config(name()).at("text_config");
  model::Weights weights = test::golden_weights(name());
  const ClipText text(ClipTextConfig::from_json(json, name()), WeightScope(weights) / "text_model");
  EXPECT_LT(largest_difference(text(io_.at("ids")).hidden_BLD, io_.at("last_hidden_state")),
            kTolerance);
}

TEST_P(Clip, HasTheRightGradientInThePixels) {
  const ClipModel clip = load(at::kDouble);
  test::expect_right_gradients(
      [&](const std::vector<at::Tensor>& in) {
        return test::weighed_sum(clip.image_embeddings(in[0]));
      },
      {io_.at("pixel_values").to(at::kDouble)});
}

INSTANTIATE_TEST_SUITE_P(Golden, Clip, ::testing::Values("clip_tiny_quickgelu", "clip_tiny_gelu"));

/// The configuration that files of OpenAI's and open_clip's naming do not carry.
nlohmann::json sizes_of_the_tiny_files(const char* activation) {
  const nlohmann::json tower = {{"hidden_size", 64},
                                {"intermediate_size", 256},
                                {"num_hidden_layers", 3},
                                {"hidden_act", activation}};
  nlohmann::json text = tower, vision = tower;
  text.update({{"num_attention_heads", 4},
               {"vocab_size", 100},
               {"max_position_embeddings", 8},
               {"eos_token_id", 2}});
  vision.update({{"num_attention_heads", 1}, {"image_size", 28}, {"patch_size", 7}});
  return {{"text_config", text}, {"vision_config", vision}, {"projection_dim", 24}};
}

TEST(ClipModel, OfOpenAisAndOpenClipsNamesHasTheReferencesFeatures) {
  for (const auto& [name, activation] :
       {std::pair("openai_clip_tiny", "quick_gelu"), std::pair("openclip_tiny", "gelu")}) {
    Weights weights(
        data::with_transformers_clip_names(golden_tensors(std::string(name) + ".weights")), name,
        at::kFloat, at::kCPU);
    const ClipModel clip(ClipConfig::from_json(sizes_of_the_tiny_files(activation), name),
                         WeightScope(weights));
    EXPECT_NO_THROW(weights.expect_all_taken());
    const auto io = golden_tensors(std::string(name) + ".io");
    EXPECT_LT(largest_difference(clip.text_features(io.at("ids")), io.at("text_features")), 1e-5);
    EXPECT_LT(
        largest_difference(clip.image_features(io.at("pixel_values")), io.at("image_features")),
        1e-5);
  }
}

TEST(ClipText, PaddingAfterTheEndTokenDoesNotMoveThePooledVector) {
  model::Weights weights = test::golden_weights("clip_tiny_quickgelu");
  const auto json = golden_config("clip_tiny_quickgelu").at("text_config");
  const ClipText text(ClipTextConfig::from_json(json, "text"), WeightScope(weights) / "text_model");
  at::Tensor ids = golden_tensors("clip_tiny_quickgelu.io").at("ids").narrow(0, 0, 1).clone();
  ids.fill_(5);
  ids.select(1, 4).fill_(99);
  const at::Tensor before = text(ids).pooled_BD;
  ids.narrow(1, 5, 3).fill_(99);
  EXPECT_LT(largest_difference(text(ids).pooled_BD, before), 1e-6);
}

TEST(ClipConfig, AbsentKeysAreThoseOfVitB32) {
  const ClipConfig config = ClipConfig::from_json(nlohmann::json::object(), "clip");
  EXPECT_EQ(config.text.encoder.width, 512);
  EXPECT_EQ(config.text.encoder.heads, 8);
  EXPECT_EQ(config.text.encoder.activation, Activation::kQuickGelu);
  EXPECT_EQ(config.text.end_token, 49407);
  EXPECT_EQ(config.vision.encoder.width, 768);
  EXPECT_EQ(config.vision.patches(), 49);
  EXPECT_EQ(config.embedding_width, 512);
}

TEST(ClipConfig, EachTowerHasItsOwnActivation) {
  const auto config = ClipConfig::from_json({{"text_config", {{"hidden_act", "gelu"}}}}, "clip");
  EXPECT_EQ(config.text.encoder.activation, Activation::kGelu);
  EXPECT_EQ(config.vision.encoder.activation, Activation::kQuickGelu);
}

TEST(ClipConfig, TheOldDictWinsOverTheNewOneAsInTransformers) {
  const auto config = ClipConfig::from_json(
      {{"text_config", {{"hidden_size", 64}, {"num_hidden_layers", 3}}},
       {"text_config_dict", {{"hidden_size", 1024}, {"num_attention_heads", 16}}}},
      "clip");
  EXPECT_EQ(config.text.encoder.width, 1024);
  EXPECT_EQ(config.text.encoder.layers, 12);
}

TEST(ClipConfig, RefusesWhatIsNotComputedAndNamesTheTower) {
  try {
    (void)ClipConfig::from_json({{"vision_config", {{"hidden_act", "relu"}}}}, "clip/config.json");
    FAIL() << "expected a failure";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kInput);
    EXPECT_THAT(failure.what(),
                ::testing::HasSubstr("clip/config.json: vision_config: hidden_act"));
  }
  EXPECT_THROW((void)ClipVisionConfig::from_json({{"num_channels", 1}}, "clip"), Failure);
  EXPECT_THROW((void)ClipTextConfig::from_json({{"num_attention_heads", 7}}, "clip"), Failure);
}

}  // namespace
}  // namespace rocm::model
