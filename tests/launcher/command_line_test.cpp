// SPDX-License-Identifier: Apache-2.0
#include "launcher/command_line.hpp"

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/verb_table.hpp"
#include "message_of.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::usage_error_of;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

template <class T>
T parsed(const Words& words) {
  return std::get<T>(parse_command_line(words));
}

std::string error_of(const Words& words) {
  return usage_error_of([&] { (void)parse_command_line(words); });
}

std::string help_of(const Words& words) {
  return parsed<HelpRequest>(words).text;
}

TEST(CommandLine, FlagsAreFrozen) {
  const std::map<std::string_view, std::set<std::string_view>> contract = {
      {"train", {"config", "set", "output", "resume", "noise", "dry-run", "print-defaults"}},
      {"sample",
       {"model", "prompts", "output", "lora", "lora-scale", "config", "set", "noise", "tensors"}},
      {"score",
       {"images", "captions", "score", "format", "device", "batch-size", "threads", "no-antialias",
        "skip-bad"}},
      {"evaluate",
       {"run", "checkpoint", "checkpoints", "model", "lora", "config", "set", "prompts", "score",
        "seeds", "output", "format"}},
      {"probe", {"config", "set", "lora", "noise", "tensors"}},
      {"export", {"lora", "format", "output", "model", "dtype", "metadata"}},
      {"inspect", {"json"}},
      {"sweep", {"config", "set", "jobs", "ranks", "output", "json"}},
      {"doctor", {}}};
  ASSERT_EQ(verbs().size(), contract.size());
  for (const Verb& verb : verbs()) {
    std::set<std::string_view> flags;
    for (const Flag& flag : verb.flags) flags.insert(flag.name);
    EXPECT_EQ(flags, contract.at(verb.name)) << verb.name;
  }
}

TEST(CommandLine, TrainTakesAConfiguration) {
  const auto request = parsed<TrainRequest>({"train", "--config", "run.toml"});
  EXPECT_EQ(request.config, "run.toml");
  EXPECT_EQ(request.mode, TrainMode::kTrain);
  EXPECT_EQ(std::get<ResumeRule>(request.resume), ResumeRule::kAuto);
  EXPECT_TRUE(request.overrides.empty());
}

TEST(CommandLine, FlagsAlsoTakeTheirValueAfterAnEqualsSign) {
  EXPECT_EQ(parsed<TrainRequest>({"train", "--config=run.toml"}).config, "run.toml");
}

TEST(CommandLine, SetsKeepTheirOrder) {
  const auto request =
      parsed<TrainRequest>({"train", "--set", "a.b=1", "--config", "f", "--set", "a.b=-2"});
  ASSERT_EQ(request.overrides.size(), 2U);
  EXPECT_EQ(request.overrides[1].key, "a.b");
  EXPECT_EQ(request.overrides[1].value, "-2");
}

TEST(CommandLine, OutputIsShortForASetAndIsTextWhateverItLooksLike) {
  const auto request = parsed<TrainRequest>({"train", "--config", "f", "--output", "2024"});
  ASSERT_EQ(request.overrides.size(), 1U);
  EXPECT_EQ(request.overrides[0].key, "run.output");
  EXPECT_EQ(request.overrides[0].value, "\"2024\"");
}

TEST(CommandLine, ScoresAndImagesMayBeRepeatedOrTakeSeveral) {
  const auto request =
      parsed<ScoreRequest>({"score", "--images", "a", "b", "--score", "shapes", "--images=c",
                            "--captions", "f", "--score", "hpsv2=x=y,z"});
  EXPECT_EQ(request.images, (std::vector<std::filesystem::path>{"a", "b", "c"}));
  ASSERT_EQ(request.scores.size(), 2U);
  EXPECT_EQ(request.scores[0].name, ScoreName::kShapes);
  EXPECT_EQ(request.scores[0].path, std::nullopt);
  EXPECT_EQ(request.scores[1].name, ScoreName::kHpsV2);
  EXPECT_EQ(request.scores[1].path, "x=y,z");
}

TEST(CommandLine, ResumeIsARuleOrAFolder) {
  const auto resume = [](const std::string& value) {
    return parsed<TrainRequest>({"train", "--config", "f", "--resume", value}).resume;
  };
  EXPECT_EQ(resume("never"), Resume(ResumeRule::kNever));
  EXPECT_EQ(resume("auto"), Resume(ResumeRule::kAuto));
  EXPECT_EQ(resume("runs/a"), Resume(std::filesystem::path("runs/a")));
}

TEST(CommandLine, PrintDefaultsNeedsNoConfiguration) {
  EXPECT_EQ(parsed<TrainRequest>({"train", "--print-defaults"}).mode, TrainMode::kPrintDefaults);
  EXPECT_THAT(error_of({"train", "--print-defaults", "--dry-run"}),
              HasSubstr("exclude each other"));
}

TEST(CommandLine, SampleReadsEveryFlag) {
  const auto request = parsed<SampleRequest>(
      {"sample", "--model", "m", "--prompts", "p", "--output", "o", "--lora", "l", "--lora-scale",
       "-0.5", "--config", "c", "--noise", "n", "--tensors", "t"});
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(request.prompts, "p");
  EXPECT_EQ(request.output, "o");
  EXPECT_EQ(request.lora, "l");
  EXPECT_EQ(request.lora_scale, -0.5);
  EXPECT_EQ(request.config, "c");
  EXPECT_EQ(request.noise, "n");
  EXPECT_EQ(request.tensors, "t");
}

TEST(CommandLine, AScaleMustBeAFiniteNumber) {
  const auto scale = [](const std::string& value) {
    return error_of(
        {"sample", "--model", "m", "--prompts", "p", "--output", "o", "--lora-scale", value});
  };
  EXPECT_THAT(scale("1x"), StartsWith("rocm-dist sample: --lora-scale 1x is no number"));
  EXPECT_THAT(scale("nan"), HasSubstr("is no number"));
  EXPECT_THAT(scale("0.5"), HasSubstr("--lora-scale has no adapter"));
}

TEST(CommandLine, EvaluateTakesRunsAndTheirCheckpoints) {
  const auto request = parsed<EvaluateRequest>(
      {"evaluate", "--run", "a", "b", "--checkpoint", "50", "100", "--run=c", "--output", "o.h5"});
  EXPECT_EQ(request.runs, (std::vector<std::filesystem::path>{"a", "b", "c"}));
  EXPECT_EQ(request.checkpoint_steps, (std::vector<std::int64_t>{50, 100}));
  EXPECT_EQ(request.checkpoints, CheckpointChoice::kNamed);
  EXPECT_TRUE(request.scores.empty());
  EXPECT_EQ(request.prompts, std::nullopt);
  EXPECT_EQ(request.seeds, 1);
}

TEST(CommandLine, EvaluateOfAModelReadsEveryFlag) {
  const auto request =
      parsed<EvaluateRequest>({"evaluate", "--model", "m", "--lora", "l", "--config", "c", "--set",
                               "model.steps=4", "--prompts", "p", "--score", "shapes", "--seeds",
                               "4", "--output", "o", "--format", "jsonl"});
  EXPECT_EQ(request.model, "m");
  EXPECT_EQ(request.lora, "l");
  EXPECT_EQ(request.config, "c");
  EXPECT_EQ(request.overrides.size(), 1U);
  EXPECT_EQ(request.prompts, "p");
  EXPECT_EQ(request.scores.size(), 1U);
  EXPECT_EQ(request.seeds, 4);
  EXPECT_EQ(request.format, ComparisonFormat::kJsonLines);
}

TEST(CommandLine, EvaluateTakesEitherRunsOrAModel) {
  EXPECT_THAT(error_of({"evaluate", "--output", "o"}), HasSubstr("--run or --model is missing"));
  EXPECT_THAT(error_of({"evaluate", "--run", "a", "--model", "m", "--output", "o"}),
              HasSubstr("exclude each other"));
  EXPECT_THAT(error_of({"evaluate", "--run", "a", "--lora", "l", "--output", "o"}),
              HasSubstr("--lora goes with --model"));
  EXPECT_THAT(error_of({"evaluate", "--model", "m", "--checkpoints", "--output", "o"}),
              HasSubstr("--checkpoints goes with --run"));
  EXPECT_THAT(error_of({"evaluate", "--model", "m", "--prompts", "p", "--output", "o"}),
              HasSubstr("--score is missing"));
  EXPECT_THAT(error_of({"evaluate", "--run", "a", "--checkpoint", "0", "--output", "o"}),
              HasSubstr("--checkpoint 0 is no number that fits"));
}

TEST(CommandLine, ExportChecksFormatAndDtype) {
  const auto request = parsed<ExportRequest>(
      {"export", "--lora", "l", "--format", "kohya", "--output", "o", "--dtype", "bf16"});
  EXPECT_EQ(request.format, ExportFormat::kKohya);
  EXPECT_EQ(request.dtype, ExportDtype::kBf16);
  EXPECT_THAT(error_of({"export", "--lora", "l", "--format", "khoya", "--output", "o"}),
              HasSubstr("unknown --format khoya (it is one of diffusers, kohya, peft, merged). did "
                        "you mean kohya?"));
}

TEST(CommandLine, MetadataIsOfDiffusersFilesAlone) {
  const auto metadata = [](const std::string& format) -> std::vector<std::string> {
    return {"export", "--lora", "l", "--format", format, "--output", "o", "--metadata"};
  };
  EXPECT_TRUE(std::get<ExportRequest>(parse_command_line(metadata("diffusers"))).metadata);
  for (const char* format : {"kohya", "peft"})
    EXPECT_THAT(error_of(metadata(format)), HasSubstr("--metadata is of --format diffusers alone"));
}

TEST(CommandLine, MergedNeedsAModel) {
  EXPECT_THAT(error_of({"export", "--lora", "l", "--format", "merged", "--output", "o"}),
              HasSubstr("--model is missing"));
}

TEST(CommandLine, InspectTakesOnePath) {
  const auto request = parsed<InspectRequest>({"inspect", "--json", "world/lcm"});
  EXPECT_EQ(request.path, "world/lcm");
  EXPECT_EQ(request.format, ReportFormat::kJson);
  EXPECT_THAT(error_of({"inspect"}), HasSubstr("PATH is missing"));
  EXPECT_THAT(error_of({"inspect", "a", "b"}), HasSubstr("unexpected argument b"));
}

TEST(CommandLine, SweepTakesAnActionAndTheFlagsThatItObeys) {
  const auto request = parsed<SweepRequest>(
      {"sweep", "emit-slurm", "--config", "c", "--output", "d", "--jobs", "3", "--ranks", "2"});
  EXPECT_EQ(request.action, SweepAction::kEmitSlurm);
  EXPECT_EQ(request.config, "c");
  EXPECT_EQ(request.output, "d");
  EXPECT_EQ(request.jobs, 3);
  EXPECT_EQ(request.ranks, 2);
  EXPECT_THAT(error_of({"sweep", "colect", "--config", "c"}),
              HasSubstr("unknown action colect (it is one of plan, run, emit-slurm, status, "
                        "collect). did you mean collect?"));
  EXPECT_THAT(error_of({"sweep", "emit-slurm", "--config", "c"}), HasSubstr("--output is missing"));
  EXPECT_EQ(parsed<SweepRequest>({"sweep", "status", "--config", "c", "--jobs", "2"}).jobs, 2);
  EXPECT_THAT(error_of({"sweep", "status", "--config", "c", "--ranks", "2"}),
              HasSubstr("status takes no --ranks"));
}

TEST(CommandLine, AFlagIsNeverGuessed) {
  EXPECT_THAT(error_of({"train", "--conf", "f"}), HasSubstr("unknown flag --conf"));
  EXPECT_THAT(error_of({"train", "--cofnig", "f"}), HasSubstr("did you mean --config?"));
  EXPECT_THAT(error_of({"train", "-c", "f"}), HasSubstr("unexpected argument -c"));
}

TEST(CommandLine, AFlagIsGivenOnceAndWithItsValue) {
  EXPECT_THAT(error_of({"train", "--config", "a", "--config", "b"}),
              HasSubstr("--config is given 2 times"));
  EXPECT_THAT(error_of({"train", "--config"}), HasSubstr("--config"));
  EXPECT_THAT(error_of({"train", "--config="}), HasSubstr("--config"));
  EXPECT_THAT(error_of({"train", "--config", "f", "--dry-run=yes"}), HasSubstr("--dry-run"));
}

TEST(CommandLine, ARequiredFlagIsMissedByName) {
  EXPECT_THAT(error_of({"train"}), StartsWith("rocm-dist train: --config is missing"));
  EXPECT_THAT(error_of({"probe", "--config", "f"}), HasSubstr("--tensors is missing"));
}

TEST(CommandLine, AnUnknownVerbIsMatchedWithTheNearest) {
  EXPECT_THAT(error_of({"trian"}), HasSubstr("unknown verb trian (the first argument says what to "
                                             "do). did you mean train?"));
  EXPECT_THAT(error_of({"\x1b[2J"}), HasSubstr("unknown verb \\x1b[2J"));
}

TEST(CommandLine, AVerbOfLaterVersionsSaysSo) {
  for (const std::string_view verb : verbs_to_come())
    EXPECT_THAT(error_of({std::string(verb)}),
                HasSubstr(std::string(verb) + " is not available yet"));
}

TEST(CommandLine, NothingIsNotEnough) {
  EXPECT_THAT(error_of({}), HasSubstr("nothing to do"));
}

TEST(CommandLine, HelpIsAResultAndShowsEveryFlagWithItsDefault) {
  for (const Verb& verb : verbs()) {
    const std::string text = help_of({std::string(verb.name), "--help"});
    for (const Flag& flag : verb.flags) {
      EXPECT_THAT(text, HasSubstr("\n  --" + std::string(flag.name))) << verb.name;
      const std::string fallback(flag.fallback);
      const std::string shown = fallback.empty() ? "" : "(default: " + fallback + ")";
      EXPECT_THAT(text, HasSubstr(shown)) << verb.name;
    }
  }
}

TEST(CommandLine, HelpIsGivenEvenWhenOtherFlagsAreWrong) {
  EXPECT_THAT(help_of({"train", "--nonsense", "--help"}), StartsWith("rocm-dist train: "));
}

TEST(CommandLine, GeneralHelpListsTheVerbsAndExitCodes) {
  const std::string text = help_of({"--help"});
  for (const Verb& verb : verbs()) EXPECT_THAT(text, HasSubstr(std::string(verb.name)));
  EXPECT_THAT(text, HasSubstr("75  stopped on request"));
}

TEST(CommandLine, OnlyWhatRunsOnAllRanksStartsMpi) {
  EXPECT_EQ(ranks_of(parse_command_line(Words{"--version"})), Ranks::kOne);
  EXPECT_EQ(ranks_of(parse_command_line(Words{"inspect", "x"})), Ranks::kOne);
  EXPECT_EQ(ranks_of(parse_command_line(Words{"train", "--print-defaults"})), Ranks::kOne);
  EXPECT_EQ(ranks_of(parse_command_line(Words{"train", "--config", "f"})), Ranks::kAll);
}

}  // namespace
}  // namespace rocm::launcher
