// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/sweep_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/config_text.hpp"
#include "message_of.hpp"
#include "minimal_config.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::minimal_toml;
using rocm::test::usage_error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Ids = std::vector<std::string>;

SweepPlan planned(const std::string& sweep, const std::vector<std::string>& sets = {}) {
  std::vector<Override> overrides;
  for (const std::string& set : sets) overrides.push_back(override_from_set(set));
  return parse_sweep(minimal_toml("[sweep]\n" + sweep), "s.toml", overrides);
}

Ids ids_of(const SweepPlan& plan) {
  Ids ids;
  for (const SweepMember& member : plan.members) ids.push_back(member.id);
  return ids;
}

Ids ids_of(const std::string& sweep, const std::vector<std::string>& sets = {}) {
  return ids_of(planned(sweep, sets));
}

std::string error_of_sweep(const std::string& sweep, const std::vector<std::string>& sets = {}) {
  return usage_error_of([&] { (void)planned(sweep, sets); });
}

TEST(SweepPlan, IsTheProductOfItsListsAndTheLastKeyChangesFastest) {
  EXPECT_THAT(ids_of("\"objective.divergence\" = [\"kl\", \"js\"]\n\"run.seed\" = [0, 1]\n"),
              ElementsAre("kl-s0", "kl-s1", "js-s0", "js-s1"));
}

TEST(SweepPlan, NamesSayWhatWasSwept) {
  EXPECT_THAT(ids_of("\"objective.divergence\" = [\"kl\"]\n\"objective.beta\" = [0.1]\n"
                     "reward = [[{name = \"pickscore\", path = \"world/clip\"}]]\n"
                     "\"run.seed\" = [0]\n"),
              ElementsAre("kl-b0.1-pickscore-s0"));
  EXPECT_THAT(ids_of("\"optimizer.learning_rate\" = [1e-3]\n\"data.batch_size\" = [16]\n"
                     "\"model.steps\" = [4]\n\"lora.rank\" = [8]\n"
                     "\"optimizer.schedule\" = [\"cosine\"]\n\"reward.0.weight\" = [2]\n"),
              ElementsAre("w2-bs16-rank8-n4-lr0.001-schedule_cosine"));
}

TEST(SweepPlan, NamesDoNotDependOnTheOrderOfTheFile) {
  EXPECT_EQ(ids_of("\"run.seed\" = [3]\n\"objective.beta\" = [1]\n\"lora.rank\" = [4]\n"),
            ids_of("\"lora.rank\" = [4]\n\"objective.beta\" = [1]\n\"run.seed\" = [3]\n"));
}

TEST(SweepPlan, AppendedValuesRenameNothing) {
  const std::string one = "[[{name = \"pickscore\", path = \"a\"}]";
  const Ids before = ids_of("reward = " + one + "]\n");
  const Ids after = ids_of("reward = " + one + ", [{name = \"pickscore\", path = \"b\"}]]\n");
  EXPECT_EQ(before.front(), after.front());
  EXPECT_EQ(after.front(), "pickscore");
  EXPECT_THAT(after.back(), ::testing::MatchesRegex("pickscore\\.[0-9a-f]+"));
}

TEST(SweepPlan, KeysMayBeTablesOrDottedNames) {
  const Ids expected = {"b1-s0", "b2-s0"};
  EXPECT_EQ(ids_of("objective.beta = [1, 2]\nrun.seed = [0]\n"), expected);
  EXPECT_EQ(ids_of("[sweep.objective]\nbeta = [1, 2]\n[sweep.run]\nseed = [0]\n"), expected);
  EXPECT_EQ(ids_of("objective = {beta = [1, 2]}\n\"run.seed\" = [0]\n"), expected);
}

TEST(SweepPlan, ZippedListsGoTogether) {
  EXPECT_THAT(ids_of("\"run.seed\" = [0, 1]\n[sweep.zip]\n"
                     "\"objective.divergence\" = [\"kl\", \"js\"]\n\"objective.beta\" = [1, 4]\n"),
              ElementsAre("kl-b1-s0", "js-b4-s0", "kl-b1-s1", "js-b4-s1"));
}

TEST(SweepPlan, SeveralGroupsMayBeZipped) {
  EXPECT_THAT(ids_of("[[sweep.zip]]\nobjective.divergence = [\"kl\", \"js\"]\n"
                     "objective.beta = [1, 4]\n"
                     "[[sweep.zip]]\nmodel.steps = [2, 4]\ndata.batch_size = [8, 4]\n"),
              ElementsAre("kl-b1-bs8-n2", "kl-b1-bs4-n4", "js-b4-bs8-n2", "js-b4-bs4-n4"));
}

TEST(SweepPlan, ALabelSpeaksForTheListsBesideIt) {
  const SweepPlan plan = planned(
      "\"run.seed\" = [0, 1]\n[sweep.zip]\nlabel = [\"kl\", \"js, strong\"]\n"
      "\"objective.divergence\" = [\"kl\", \"js\"]\n\"objective.beta\" = [1, 4]\n");
  EXPECT_THAT(ids_of(plan), ElementsAre("kl-s0", "js__strong-s0", "kl-s1", "js__strong-s1"));
  EXPECT_THAT(plan.keys,
              ElementsAre("label", "objective.divergence", "objective.beta", "run.seed"));
  EXPECT_EQ(std::get<double>(plan.members.back().config.objective.beta), 4.0);
}

TEST(SweepPlan, WhatALabelSpeaksForLengthensNoOtherName) {
  EXPECT_THAT(ids_of("\"evaluation.every\" = [5]\n[sweep.zip]\nlabel = [\"long\"]\n"
                     "\"checkpoint.every\" = [9]\n"),
              ElementsAre("long-every5"));
}

TEST(SweepPlan, LabelsAreTextsOfOtherLists) {
  EXPECT_THAT(error_of_sweep("label = [\"a\"]\n"), StartsWith("s.toml:2:1: label stands alone ("));
  EXPECT_THAT(error_of_sweep("[sweep.zip]\nlabel = [\"a\", 2]\n\"run.seed\" = [0, 1]\n"),
              StartsWith("s.toml:3:15: a label is an integer ("));
  EXPECT_THAT(error_of_sweep("[sweep.zip]\nlabel = [\"a\"]\n\"run.seed\" = [0, 1]\n"),
              HasSubstr("run.seed has 2 values and label has 1"));
  EXPECT_THAT(error_of_sweep("[sweep.zip]\nlabel = [\"a\", \"a\"]\n\"run.seed\" = [0, 1]\n"),
              HasSubstr("would both be called a"));
}

TEST(SweepPlan, MembersAreCompleteConfigurations) {
  const SweepPlan plan = parse_sweep(
      minimal_toml("[run]\nname = \"study\"\noutput = \"out\"\n[sweep]\nobjective.beta = [0.5]\n"),
      "s.toml");
  EXPECT_EQ(plan.folder, "out/study");
  const Config& config = plan.members.front().config;
  EXPECT_EQ(std::get<double>(config.objective.beta), 0.5);
  EXPECT_EQ(config.run.output, "out/study");
  EXPECT_EQ(config.run.name, "b0.5");
  EXPECT_EQ(resolved_toml(parse_config(resolved_toml(config), "b0.5.toml")), resolved_toml(config));
}

TEST(SweepPlan, SweepsWholeMixturesOfRewards) {
  const SweepPlan plan = planned(
      "reward = [[{name = \"pickscore\", path = \"a\"}], [{name = \"pickscore\", path = \"a\"}, "
      "{name = \"hpsv2\", path = \"b\", weight = 0.5}]]\n");
  EXPECT_THAT(ids_of(plan), ElementsAre("pickscore", "pickscore+0.5hpsv2"));
  EXPECT_EQ(plan.members.back().config.reward.at(1).weight, 0.5);
}

TEST(SweepPlan, NamesAreSafeForFiles) {
  EXPECT_THAT(ids_of("\"model.path\" = [\"a b/c'd\", \"../x\", \"\"]\n"),
              ElementsAre("path_a_b_c_d", "path__._x", "path_empty"));
}

TEST(SweepPlan, KeysWithOneLastPartAreNamedInFull) {
  EXPECT_THAT(ids_of("\"checkpoint.every\" = [5]\n\"evaluation.every\" = [0]\n"),
              ElementsAre("checkpoint.every5-evaluation.every0"));
}

TEST(SweepPlan, ASettingOfASweptKeyLeavesThatValueAndItsName) {
  const std::string sweep = "\"run.seed\" = [0, 1, 2]\n\"objective.beta\" = [1, 2]\n";
  EXPECT_THAT(ids_of(sweep, {"run.seed=1"}), ElementsAre("b1-s1", "b2-s1"));
  EXPECT_THAT(ids_of(sweep, {"sweep.run.seed=[7, 8]", "objective.beta=1"}),
              ElementsAre("b1-s7", "b1-s8"));
  EXPECT_EQ(planned(sweep, {"lora.rank=3"}).members.back().config.lora.rank, 3);
}

TEST(SweepPlan, AMisspeltKeyNamesItsPlaceAndTheKeyThatWasMeant) {
  EXPECT_THAT(error_of_sweep("\"objective.bta\" = [1]\n"),
              AllOf(StartsWith("s.toml:2:1: unknown key objective.bta ("),
                    HasSubstr("did you mean objective.beta?")));
}

TEST(SweepPlan, AWrongValueNamesItsPlace) {
  EXPECT_THAT(error_of_sweep("\"objective.beta\" = [1, \"much\"]\n"),
              StartsWith("s.toml:2:24: objective.beta must be a number of at least 0"));
}

TEST(SweepPlan, ABadCombinationIsNamedBeforeAnyWork) {
  EXPECT_THAT(error_of_sweep("\"data.batch_size\" = [4, 6]\n\"data.micro_batch\" = [2, 4]\n"),
              StartsWith("s.toml: member bs6-micro_batch4: data.micro_batch: 4 does not divide "
                         "data.batch_size = 6"));
}

TEST(SweepPlan, RanksThatCannotShareABatchAreNamedBeforeAnyWork) {
  EXPECT_THAT(usage_error_of([] {
                (void)parse_sweep(minimal_toml("[sweep]\n\"data.batch_size\" = [6]\n"), "s.toml",
                                  {}, 4);
              }),
              StartsWith("s.toml: member bs6: data.batch_size: 6 units"));
}

TEST(SweepPlan, WhatIsNoListOfValuesIsRefused) {
  EXPECT_THAT(error_of_sweep("\"run.seed\" = []\n"), StartsWith("s.toml:2:1: run.seed has no "));
  EXPECT_THAT(error_of_sweep("\"run.seed\" = 3\n"),
              StartsWith("s.toml:2:14: sweep.run.seed is an integer (a swept key has a list"));
  EXPECT_THAT(error_of_sweep("objective = [{beta = 1}]\n"), HasSubstr("has a table for a value"));
  EXPECT_THAT(error_of_sweep(""), StartsWith("s.toml:1:2: [sweep] is empty"));
  EXPECT_THAT(error_of_sweep("zip = 1\n"), HasSubstr("sweep.zip holds no lists"));
  EXPECT_THAT(error_of_sweep("[sweep.zip.run]\n"), HasSubstr("sweep.zip holds no lists"));
  EXPECT_THAT(usage_error_of([] { (void)parse_sweep(minimal_toml(), "s.toml"); }),
              StartsWith("s.toml: there is no [sweep]"));
}

TEST(SweepPlan, ZippedListsOfUnequalLengthAreRefused) {
  EXPECT_THAT(error_of_sweep("[sweep.zip]\n\"run.seed\" = [0, 1]\n\"lora.rank\" = [1]\n"),
              StartsWith("s.toml:4:1: lora.rank has 1 values and run.seed has 2"));
}

TEST(SweepPlan, ARunThatComesTwiceIsRefused) {
  EXPECT_THAT(error_of_sweep("\"objective.beta\" = [1, 2, 1.0]\n"),
              StartsWith("s.toml:2:27: objective.beta = 1 comes twice"));
  EXPECT_THAT(error_of_sweep("[sweep.zip]\n\"run.seed\" = [0, 0]\n\"lora.rank\" = [1, 1]\n"),
              HasSubstr("comes twice"));
}

TEST(SweepPlan, AKeyThatIsSweptTwiceIsRefused) {
  EXPECT_THAT(error_of_sweep("\"run.seed\" = [0]\nrun.seed = [1]\n"),
              StartsWith("s.toml:3:5: run.seed and run.seed are both swept"));
  EXPECT_THAT(error_of_sweep("reward = [[{name = \"pickscore\", path = \"a\"}]]\n"
                             "\"reward[0].weight\" = [1]\n"),
              HasSubstr("reward and reward.0.weight are both swept"));
}

TEST(SweepPlan, KeysThatNameTheRunFoldersAreRefused) {
  EXPECT_THAT(error_of_sweep("\"run.name\" = [\"a\"]\n"), HasSubstr("run.name cannot be swept"));
}

TEST(SweepPlan, AnEndlessProductIsRefused) {
  std::string list = "[0";
  for (int i = 1; i < 200; ++i) list += ", " + std::to_string(i);
  EXPECT_THAT(error_of_sweep("\"run.seed\" = " + list + "]\n\"lora.alpha\" = " + list +
                             "]\n\"optimizer.warmup\" = " + list + "]\n"),
              HasSubstr("more than 10000 members"));
}

TEST(SweepPlan, TheCommandLineLeavesRowsOfAZipUnderTheirIds) {
  const std::string zip =
      "\"run.seed\" = [0, 1]\n[sweep.zip]\n\"objective.divergence\" = [\"none\", \"kl\", "
      "\"kl\"]\n\"objective.beta\" = [0, 1, 3]\n";
  EXPECT_EQ(ids_of(zip, {"objective.beta=3"}), (Ids{"kl-b3-s0", "kl-b3-s1"}));
  EXPECT_EQ(ids_of(zip, {"objective.divergence=kl", "run.seed=1"}), (Ids{"kl-b1-s1", "kl-b3-s1"}));
  const std::string labelled = zip + "label = [\"a\", \"b\", \"c\"]\n";
  EXPECT_EQ(ids_of(labelled, {"label=b", "run.seed=1"}), Ids{"b-s1"});
  EXPECT_THAT(error_of_sweep(zip, {"objective.beta=2"}),
              StartsWith("--set objective.beta=2: no row of the zip has objective.beta = 2"));
}

TEST(SweepPlan, TheCommandLineDoesNotHideThatListsOfAZipDifferInLength) {
  const std::string zip = "[sweep.zip]\n\"run.seed\" = [0, 1, 2]\n\"lora.rank\" = [1, 2]\n";
  EXPECT_THAT(error_of_sweep(zip, {"lora.rank=2"}), HasSubstr("lora.rank has 2 values"));
}

TEST(SweepPlan, AValueOfTheCommandLineKeepsTheNameThatTellsItFromTheOthers) {
  const std::string rewards =
      "reward = [[{name = \"pickscore\", path = \"a\"}], [{name = \"pickscore\", path = \"b\"}]]\n";
  const Ids both = ids_of(rewards);
  EXPECT_EQ(ids_of(rewards, {"reward=[{name = \"pickscore\", path = \"b\"}]"}), Ids{both[1]});
}

TEST(SweepPlan, ASweptKeyOfTheCommandLineMustBeSwept) {
  EXPECT_THAT(error_of_sweep("\"run.seed\" = [0]\n", {"sweep.lora.rank=[1]"}),
              StartsWith("--set sweep.lora.rank=[1]: lora.rank is not swept"));
}

}  // namespace
}  // namespace rocm::launcher
