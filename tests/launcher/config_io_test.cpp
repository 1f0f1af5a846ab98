// SPDX-License-Identifier: Apache-2.0
#include "launcher/config_io.hpp"

#include <filesystem>
#include <fstream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/config_text.hpp"
#include "message_of.hpp"
#include "minimal_config.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::minimal_config;
using rocm::test::minimal_toml;
using rocm::test::usage_error_of;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string error_of(const std::string& text) {
  return usage_error_of([&] { (void)parse_config(text, "run.toml"); });
}

Config with_set(const std::string& assignment) {
  const std::vector<Override> changes = {override_from_set(assignment)};
  return parse_config(minimal_toml("[optimizer]\nwarmup = 3\n"), "run.toml", changes);
}

std::string error_of_set(const std::string& assignment) {
  return usage_error_of([&] { (void)with_set(assignment); });
}

TEST(ConfigIo, DefaultsStandWhereTheFileIsSilent) {
  EXPECT_EQ(std::get<double>(minimal_config().objective.beta), 0.1);
}

TEST(ConfigIo, ReadsTheValuesOfTheFile) {
  const Config config = minimal_config("[objective]\nbeta = 0.25\ndivergence = \"js\"\n");
  EXPECT_EQ(std::get<double>(config.objective.beta), 0.25);
  EXPECT_EQ(config.objective.divergence, objective::DivergenceKind::kJensenShannon);
}

TEST(ConfigIo, AnIntegerIsFineWhereANumberIsExpected) {
  EXPECT_EQ(minimal_config("[lora]\nalpha = 8\n").lora.alpha, 8.0);
}

TEST(ConfigIo, ANumberIsNotAnInteger) {
  EXPECT_THAT(error_of("[run]\nseed = 1.5\n"),
              StartsWith("run.toml:2:8: run.seed must be an integer of at least 0, not 1.5 ("));
}

TEST(ConfigIo, ATextIsNotANumber) {
  EXPECT_THAT(error_of(minimal_toml("[lora]\nalpha = \"8\"\n")),
              StartsWith("run.toml:2:9: lora.alpha must be a number of more than 0, not the text "
                         "\"8\" ("));
}

TEST(ConfigIo, AValueOutOfRangeNamesTheRange) {
  EXPECT_THAT(error_of(minimal_toml("[objective]\nbeta = -1\n")),
              StartsWith("run.toml:2:8: objective.beta must be a number of at least 0 or \"auto\", "
                         "not -1 (weight of the divergence [1])."));
}

TEST(ConfigIo, NanAndInfinityAreRefused) {
  EXPECT_THAT(error_of(minimal_toml("[objective]\nbeta = nan\n")), HasSubstr("not nan"));
  EXPECT_THAT(error_of(minimal_toml("[objective]\nbeta = inf\n")), HasSubstr("not inf"));
}

TEST(ConfigIo, AnUnknownChoiceNamesTheChoices) {
  EXPECT_THAT(error_of(minimal_toml("[objective]\ndivergence = \"KL\"\n")),
              HasSubstr("must be one of \"none\", \"kl\", \"hellinger\", \"js\", \"fisher\", "
                        "\"bhattacharyya\", \"tv\", not the text \"KL\""));
}

TEST(ConfigIo, AMisspeltKeyNamesFileLineColumnAndTheKeyThatWasMeant) {
  EXPECT_THAT(error_of("[objective]\n  betta = 0.2\n"),
              StartsWith("run.toml:2:3: unknown key objective.betta (a misspelt key would silently "
                         "train something else). did you mean objective.beta?"));
}

TEST(ConfigIo, AMisspeltTableNamesTheTableThatWasMeant) {
  EXPECT_THAT(error_of("[objectve]\nbeta = 0.2\n"), HasSubstr("did you mean objective?"));
}

TEST(ConfigIo, AKeyInTheWrongTableIsSentToItsOwn) {
  EXPECT_THAT(error_of("[lora]\ndivergence = \"kl\"\n"),
              HasSubstr("did you mean objective.divergence?"));
}

TEST(ConfigIo, TheFirstUnknownKeyOfTheFileIsNamed) {
  EXPECT_THAT(error_of("[run]\nsed = 1\nname = 1\n[model]\npth = 2\n"),
              StartsWith("run.toml:2:1:"));
}

TEST(ConfigIo, AMisspeltRequiredKeyIsUnknownRatherThanMissing) {
  EXPECT_THAT(error_of("[model]\npth = \"world/lcm\"\n"), HasSubstr("did you mean model.path?"));
}

TEST(ConfigIo, ControlCharactersOfAKeyDoNotReachTheTerminal) {
  EXPECT_THAT(error_of("[run]\n\"\\u001b[2J\" = 1\n"), HasSubstr("unknown key run.\\x1b[2J"));
}

TEST(ConfigIo, BrokenTomlIsNamedByLineAndColumn) {
  EXPECT_THAT(error_of("[run]\nseed = \n"), StartsWith("run.toml:2:"));
  EXPECT_THAT(error_of("[run]\nseed = 1\nseed = 2\n"), StartsWith("run.toml:3:"));
}

TEST(ConfigIo, ATableHeaderWithoutANameIsBrokenToml) {  // toml++ asserts against these
  EXPECT_THAT(error_of("[=]\n"), StartsWith("run.toml:1:2: "));
  EXPECT_THAT(error_of("[\x01model]\n"), StartsWith("run.toml:1:2: "));
}

TEST(ConfigIo, EveryRequiredKeyIsMissedByName) {
  EXPECT_THAT(error_of(""), HasSubstr("model.path is missing"));
  EXPECT_THAT(error_of("[model]\npath = \"m\"\n"), HasSubstr("reward is missing"));
  EXPECT_THAT(error_of("[model]\npath = \"m\"\n[[reward]]\nname = \"pickscore\"\n"),
              HasSubstr("data.prompts is missing (prompt file"));
}

TEST(ConfigIo, ARewardWithoutNameIsRefused) {
  EXPECT_THAT(error_of("[model]\npath = \"m\"\n[[reward]]\nweight = 1\n"),
              StartsWith("run.toml:3:1: reward.name is missing"));
}

TEST(ConfigIo, ASingleRewardTableIsToldToBeAList) {
  EXPECT_THAT(error_of("[model]\npath = \"m\"\n[reward]\nname = \"pickscore\"\n"),
              HasSubstr("reward must be tables, each written [[reward]], not a table"));
}

TEST(ConfigIo, RewardsKeepTheirOrder) {
  const Config config =
      minimal_config("[[reward]]\nname = \"clipscore\"\npath = \"a\"\nweight = 2\n");
  ASSERT_EQ(config.reward.size(), 2U);
  EXPECT_EQ(config.reward[0].name, ScoreName::kClipScore);
  EXPECT_EQ(config.reward[0].weight, 2.0);
  EXPECT_EQ(config.reward[1].name, ScoreName::kPickScore);
}

TEST(ConfigIo, ASweepIsRefusedWithAWayOut) {
  EXPECT_THAT(error_of(minimal_toml("[sweep]\n\"run.seed\" = [0, 1]\n")),
              StartsWith("run.toml:1:2: [sweep] describes many runs"));
}

TEST(ConfigIo, ResolutionIsPixelsOrHeightAndWidth) {
  EXPECT_EQ(minimal_config().model.resolution, std::nullopt);
  const auto square =
      parse_config(minimal_toml(), "", std::vector{override_from_set("model.resolution=64")});
  EXPECT_EQ(square.model.resolution, (Resolution{64, 64}));
  const auto wide =
      parse_config(minimal_toml(), "", std::vector{override_from_set("model.resolution=[64, 96]")});
  EXPECT_EQ(wide.model.resolution, (Resolution{64, 96}));
}

TEST(ConfigIo, SumTypesTakeANumberOrAWord) {
  EXPECT_EQ(std::get<BetaChoice>(with_set("objective.beta=auto").objective.beta),
            BetaChoice::kAuto);
  EXPECT_EQ(std::get<std::int64_t>(with_set("objective.truncate=3").objective.truncate), 3);
  EXPECT_EQ(std::get<TruncateRule>(with_set("objective.truncate=random").objective.truncate),
            TruncateRule::kRandom);
  EXPECT_EQ(std::get<std::int64_t>(with_set("model.checkpoint=2").model.checkpoint), 2);
  EXPECT_EQ(std::get<CheckpointRule>(with_set("model.checkpoint=none").model.checkpoint),
            CheckpointRule::kNone);
}

TEST(ConfigIo, ASetValueThatIsNotTomlIsText) {
  EXPECT_EQ(with_set("run.name=shapes kl").run.name, "shapes kl");
  EXPECT_EQ(with_set("run.name=\"quoted\"").run.name, "quoted");
}

TEST(ConfigIo, ASetValueCannotSmuggleInAnotherKey) {
  EXPECT_EQ(with_set("run.name=1\nseed = 7").run.name, "1\nseed = 7");
}

TEST(ConfigIo, SetsWinOverTheFileAndTheLastOneWins) {
  const std::vector<Override> changes = {override_from_set("optimizer.warmup=5"),
                                         override_from_set("optimizer.warmup=7")};
  EXPECT_EQ(parse_config(minimal_toml("[optimizer]\nwarmup = 3\n"), "", changes).optimizer.warmup,
            7);
}

TEST(ConfigIo, SetReachesIntoArraysOfTables) {
  EXPECT_EQ(with_set("reward.0.weight=2").reward[0].weight, 2.0);
  EXPECT_EQ(with_set("reward[0].weight=3").reward[0].weight, 3.0);
}

TEST(ConfigIo, SetAddsAnEntryBehindTheLast) {
  const Config config = with_set("evaluation.score.0.name=shapes");
  ASSERT_EQ(config.evaluation.score.size(), 1U);
  EXPECT_EQ(config.evaluation.score[0].name, ScoreName::kShapes);
}

TEST(ConfigIo, SetDoesNotMakeAListOfAnEmptyConfiguration) {
  const std::vector<Override> changes = {override_from_set("0.name=1")};
  EXPECT_THAT(usage_error_of([&] { (void)parse_config("", "run.toml", changes); }),
              HasSubstr("unknown key 0"));
}

TEST(ConfigIo, SetReplacesAWholeList) {
  EXPECT_EQ(with_set("lora.targets=['to_q']").lora.targets, std::vector<std::string>{"to_q"});
}

TEST(ConfigIo, ErrorsOfASetNameTheFlag) {
  EXPECT_THAT(error_of_set("objective.betta=1"),
              StartsWith("--set objective.betta=1: unknown key objective.betta"));
  EXPECT_THAT(error_of_set("objective.beta=-1"),
              StartsWith("--set objective.beta=-1: objective.beta must be a number"));
  EXPECT_THAT(error_of_set("reward.3.weight=1"), StartsWith("--set reward.3.weight=1: there is no "
                                                            "entry 3 (the list has 1"));
  EXPECT_THAT(error_of_set("data.prompts.x=1"), HasSubstr("x is inside text"));
  EXPECT_THAT(error_of_set("data..x=1"), HasSubstr("a part of the key is empty"));
  EXPECT_THAT(error_of_set("data"), HasSubstr("no key=value"));
}

TEST(ConfigIo, ADateIsNoValueOfOurs) {
  EXPECT_THAT(error_of_set("run.name=1979-05-27"), HasSubstr("not a date"));
}

TEST(ConfigIo, AnEmptyListOfScoresIsFine) {
  EXPECT_TRUE(with_set("evaluation.score=[]").evaluation.score.empty());
  EXPECT_THAT(error_of_set("reward=[]"), HasSubstr("[[reward]], not a list of 0"));
}

/// Bytes that are cut out, doubled or replaced: what a damaged or hostile file may hold.
std::string damaged(std::string text, std::mt19937& generator) {
  const auto below = [&generator](std::size_t bound) { return generator() % bound; };
  for (std::size_t i = 1 + below(4); i > 0; --i) {
    const std::size_t at = below(text.size());
    const std::size_t length = 1 + below(std::min<std::size_t>(12, text.size() - at));
    const auto byte = static_cast<char>(below(256));
    if (below(3) == 0)
      text.erase(at, length);
    else if (below(2) == 0)
      text.insert(at, text.substr(at, length));
    else
      text[at] = byte;
    if (text.empty()) text = "=";
  }
  return text;
}

TEST(ConfigIo, DamagedTextIsReadOrRefusedAsAUsageErrorOfOneLine) {
  const std::string text = resolved_toml(minimal_config());
  std::mt19937 generator(7);
  for (int i = 0; i < 400; ++i) {
    const std::string error = error_of(damaged(text, generator));
    EXPECT_THAT(error, AnyOf(StartsWith("run.toml"), "nothing was thrown")) << i;
    EXPECT_EQ(error.find_first_of("\n\x1b"), std::string::npos) << i << ": " << error;
  }
}

TEST(ConfigIo, ListsNestedWithoutEndAreRefused) {
  EXPECT_THAT(error_of("x = " + std::string(100'000, '[')), StartsWith("run.toml:1:"));
}

TEST(ConfigIo, AMissingFileIsAUsageError) {
  EXPECT_THAT(usage_error_of([] { (void)read_config("/nowhere/run.toml"); }),
              StartsWith("/nowhere/run.toml: cannot read the configuration"));
  EXPECT_THAT(usage_error_of([] { (void)read_config("/"); }), HasSubstr("it is a folder"));
}

TEST(ConfigIo, ReadsAFile) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "config_io_test.toml";
  std::ofstream(path) << minimal_toml("[run]\nseed = 5\n");
  EXPECT_EQ(read_config(path).run.seed, 5);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace rocm::launcher
