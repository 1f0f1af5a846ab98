// SPDX-License-Identifier: Apache-2.0
#include "launcher/config_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/config/known_keys.hpp"
#include "minimal_config.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::minimal_config;
using rocm::test::minimal_toml;
using ::testing::HasSubstr;

std::string resolved_again(const Config& config) {
  return resolved_toml(parse_config(resolved_toml(config), "resolved.toml"));
}

/// Every key away from its default, with numbers that decimal notation does not hold exactly.
Config unusual_config() {
  const std::vector<Override> changes = {
      override_from_set("run.name=a \"b\" \\ \n\x7f \xc3\xa9"),
      override_from_set("run.seed=9223372036854775807"),
      override_from_set("model.resolution=[64, 96]"),
      override_from_set("model.eta=0.30000000000000004"),
      override_from_set("model.checkpoint=3"),
      override_from_set("lora.load=a.safetensors"),
      override_from_set("objective.beta=auto"),
      override_from_set("objective.truncate=random"),
      override_from_set("optimizer.learning_rate=1e-300"),
      override_from_set("optimizer.betas=[0.1, 0.99999999999999989]"),
      override_from_set("optimizer.max_grad_norm=1e300"),
      override_from_set("records.fields=[]"),
      override_from_set("evaluation.score.0.name=shapes"),
      override_from_set("evaluation.score.1={name = 'clipscore', path = 'c'}"),
      override_from_set("reward.0.weight=-0.1")};
  return parse_config(minimal_toml(), "run.toml", changes);
}

TEST(ResolvedToml, ReadsBackToTheSameConfiguration) {
  EXPECT_EQ(resolved_again(minimal_config()), resolved_toml(minimal_config()));
  EXPECT_EQ(resolved_again(unusual_config()), resolved_toml(unusual_config()));
}

TEST(SettingsByKey, NameEveryValueByItsPath) {
  const auto settings = settings_by_key(minimal_config());
  EXPECT_EQ(settings.at("reward[0].name"), "\"pickscore\"");
  EXPECT_EQ(settings.at("objective.divergence"), "\"kl\"");
  EXPECT_EQ(settings.at("optimizer.betas"), "[0.9, 0.999]");
  EXPECT_EQ(settings.count("lora.load"), 0U) << "a key without a value is absent";
}

TEST(ResolvedToml, KeepsEveryBitOfANumber) {
  const Config again = parse_config(resolved_toml(unusual_config()), "resolved.toml");
  EXPECT_EQ(again.model.eta, 0.30000000000000004);
  EXPECT_EQ(again.optimizer.betas[1], 0.99999999999999989);
  EXPECT_EQ(again.optimizer.learning_rate, 1e-300);
  EXPECT_EQ(again.run.seed, 9223372036854775807);
}

TEST(ResolvedToml, KeepsEveryCharacterOfAText) {
  const Config again = parse_config(resolved_toml(unusual_config()), "resolved.toml");
  EXPECT_EQ(again.run.name, "a \"b\" \\ \n\x7f \xc3\xa9");
}

TEST(ResolvedToml, ANumberLooksLikeANumber) {
  EXPECT_THAT(resolved_toml(minimal_config()), HasSubstr("\nguidance_scale = 8.0\n"));
}

TEST(CommentedDefaults, AreAValidConfigurationWithTheDefaults) {
  const Config config = parse_config(commented_defaults(), "defaults.toml");
  EXPECT_EQ(resolved_toml(config), resolved_toml(minimal_config()));
}

TEST(CommentedDefaults, ShowEveryKey) {
  const std::string text = commented_defaults();
  for (const std::string& key : known_keys()) {
    const std::string name = key.substr(key.rfind('.') + 1);
    const bool shown = text.find(name + " = ") != std::string::npos ||
                       text.find("[" + key + "]") != std::string::npos;
    EXPECT_TRUE(shown) << key;
  }
}

TEST(CommentedDefaults, ExplainRangeAndChoices) {
  EXPECT_THAT(commented_defaults(),
              HasSubstr("# weight of the divergence [1] (a number of at least 0 or \"auto\")\n"
                        "beta = 0.1\n"));
}

}  // namespace
}  // namespace rocm::launcher
