// SPDX-License-Identifier: Apache-2.0
#include "data/lora_settings.hpp"

#include <string>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::data {
namespace {

using nlohmann::json;
using rocm::test::failure_of;

/// adapter_config.json of rank 4 and alpha 8 with `changes`.
LoraSettings settings_with(const json& changes) {
  json config = {{"peft_type", "LORA"}, {"r", 4}, {"lora_alpha", 8}};
  config.update(changes);
  return LoraSettings::from_adapter_config(config, "adapter_config.json");
}

std::string refusal_of(const json& changes) {
  return failure_of(ExitCode::kInput, [&] { (void)settings_with(changes); });
}

TEST(LoraSettings, ScaleIsAlphaOverRank) {
  EXPECT_EQ(settings_with(json::object()).scale("a.to_q", 4), 2.0);
  EXPECT_EQ(settings_with({{"lora_alpha", 3.0}}).scale("a.to_q", 4), 0.75);
}

TEST(LoraSettings, ScaleIsAlphaOverTheRootOfTheRankWhenRankStabilised) {
  EXPECT_EQ(settings_with({{"use_rslora", true}}).scale("a.to_q", 4), 4.0);
}

TEST(LoraSettings, OfAPipelineAreThoseOfItsUnet) {
  const auto settings = LoraSettings::from_metadata(
      R"({"unet.r": 2, "unet.lora_alpha": 16, "text_encoder.r": 4})", "f");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->scale("a.to_q", 2), 8.0);
  EXPECT_FALSE(LoraSettings::from_metadata(R"({"text_encoder.r": 4})", "f"));
}

TEST(LoraSettings, OfAUnetThatSavedItsAdapterAloneHaveNoPrefix) {
  const auto settings = LoraSettings::from_metadata(R"({"r": 2, "lora_alpha": 16})", "f");
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->scale("a.to_q", 2), 8.0);
}

TEST(LoraSettings, PatternsGiveLayersTheirOwnAlphaAndRank) {
  const auto settings =
      settings_with({{"alpha_pattern", {{"attn1.to_q", 16}}}, {"rank_pattern", {{"to_k", 2}}}});
  EXPECT_EQ(settings.scale("a.attn1.to_q", 4), 4.0);
  EXPECT_EQ(settings.scale("a.attn2.to_q", 4), 2.0);
  EXPECT_EQ(settings.scale("a.attn1.to_k", 2), 4.0);
  EXPECT_EQ(settings.scale("a.attn1xto_q", 4), 4.0) << "as an expression: a dot is anything";
  EXPECT_EQ(settings.scale("xattn1.to_q", 4), 2.0) << "a name begins at a dot";
}

TEST(LoraSettings, PatternsWithACaretFitTheWholePathOnly) {
  const auto settings = settings_with({{"alpha_pattern", {{"^conv_in", 16}}}});
  EXPECT_EQ(settings.scale("conv_in", 4), 4.0);
  EXPECT_EQ(settings.scale("a.conv_in", 4), 2.0);
}

TEST(LoraSettings, PatternsAreRegularExpressions) {
  const auto settings = settings_with({{"alpha_pattern", {{"attn\\d\\.to_(q|k)", 16}}}});
  EXPECT_EQ(settings.scale("a.attn2.to_k", 4), 4.0);
  EXPECT_EQ(settings.scale("a.attn2.to_v", 4), 2.0);
  EXPECT_EQ(settings.scale("a.attn2.to_k.x", 4), 2.0) << "they fit the end of the path";
}

TEST(LoraSettings, RefusePatternsThatAreNoRegularExpressions) {
  EXPECT_NE(refusal_of({{"rank_pattern", {{"to_(q", 2}}}})
                .find("adapter_config.json: rank_pattern: cannot use the pattern \"to_(q\""),
            std::string::npos);
}

TEST(LoraSettings, RefuseTwoPatternsThatDisagree) {
  const auto settings = settings_with({{"alpha_pattern", {{"to_q", 16}, {"attn1.to_q", 32}}}});
  const auto message =
      failure_of(ExitCode::kInput, [&] { (void)settings.scale("a.attn1.to_q", 4); });
  EXPECT_NE(message.find("two patterns fit the layer \"a.attn1.to_q\""), std::string::npos);
}

TEST(LoraSettings, RefuseARankThatTheTensorsDoNotHave) {
  const auto message =
      failure_of(ExitCode::kInput, [] { (void)settings_with(json::object()).scale("a.to_q", 8); });
  EXPECT_NE(message.find("layer \"a.to_q\" should have rank 4 (its tensors have rank 8)"),
            std::string::npos)
      << message;
}

TEST(LoraSettings, RefuseEverySettingThatChangesTheFunction) {
  const json settings = {{"use_dora", true},
                         {"bias", "all"},
                         {"lora_bias", true},
                         {"fan_in_fan_out", true},
                         {"modules_to_save", {"conv_in"}},
                         {"use_qalora", true},
                         {"layer_replication", {{0, 4}}},
                         {"kasa_config", {{"x", 1}}}};
  for (const auto& [key, value] : settings.items()) {
    const std::string message = refusal_of({{key, value}});
    EXPECT_TRUE(message.starts_with("adapter_config.json: " + key + " is ")) << message;
  }
}

TEST(LoraSettings, RefuseInitialisationsThatChangeTheBaseWeights) {
  EXPECT_NE(refusal_of({{"init_lora_weights", "pissa_niter_4"}}).find("init_lora_weights is"),
            std::string::npos);
  EXPECT_EQ(settings_with({{"init_lora_weights", "gaussian"}}).scale("x", 4), 2.0);
}

TEST(LoraSettings, RefuseOtherKindsOfAdapters) {
  EXPECT_NE(refusal_of({{"peft_type", "LOHA"}}).find("peft_type is \"LOHA\""), std::string::npos);
  EXPECT_NE(failure_of(ExitCode::kInput,
                       [] { (void)LoraSettings::from_adapter_config(json::array(), "c"); })
                .find("peft_type is"),
            std::string::npos);
}

TEST(LoraSettings, RefuseAStrengthThatIsNoNumber) {
  EXPECT_NE(refusal_of({{"lora_alpha", nullptr}}).find("lora_alpha is no finite number"),
            std::string::npos);
  EXPECT_NE(refusal_of({{"r", "4"}}).find("r is no finite number"), std::string::npos);
}

TEST(LoraSettings, OfMetadataAreThoseOfTheUNet) {
  const auto settings = LoraSettings::from_metadata(
      R"({"unet.r": 4, "unet.lora_alpha": 8, "text_encoder.r": 2})", "f");
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->scale("a", 4), 2.0);
  EXPECT_FALSE(LoraSettings::from_metadata(R"({"transformer.r": 4})", "f").has_value());
}

TEST(LoraSettings, RefuseMetadataThatIsNoObject) {
  const auto refusal = [](const char* text) {
    return failure_of(ExitCode::kInput, [&] { (void)LoraSettings::from_metadata(text, "f"); });
  };
  EXPECT_TRUE(refusal("[1]").starts_with("f: it is no JSON object"));
  EXPECT_TRUE(refusal("{").starts_with("f:1:2: not JSON"));
}

}  // namespace
}  // namespace rocm::data
