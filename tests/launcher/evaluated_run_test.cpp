// SPDX-License-Identifier: Apache-2.0
#include "launcher/evaluated_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/comparable_runs.hpp"
#include "message_of.hpp"
#include "run_folder_of.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::add_checkpoint;
using rocm::test::failure_of;
using rocm::test::run_folder_of;
using rocm::test::ScratchFolder;
using rocm::test::usage_error_of;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Paths = std::vector<std::filesystem::path>;

EvaluatedRun opened(const std::filesystem::path& path) {
  return open_runs(Paths{path}, {}).front();
}

std::vector<std::string> names_of_policies(const EvaluatedRun& run,
                                           const EvaluateRequest& request) {
  std::vector<std::string> names;
  for (const auto& policy : policies_of(run, request)) names.push_back(policy.name);
  return names;
}

EvaluateRequest all_checkpoints() {
  EvaluateRequest request;
  request.checkpoints = CheckpointChoice::kAll;
  return request;
}

EvaluateRequest checkpoint(std::int64_t step) {
  EvaluateRequest request;
  request.checkpoint_steps = {step};
  return request;
}

/// Checkpoints at 2 and 4, of which the last is the result.
class FinishedRun : public ::testing::Test {
 protected:
  FinishedRun() {
    add_checkpoint(path, 2, "half");
    add_checkpoint(path, 4, "whole");
    folder.write("kl/lora.safetensors", "whole");
  }

  ScratchFolder folder;
  std::filesystem::path path = run_folder_of(folder, "kl", "[run]\niterations = 4\nseed = 8");
};

TEST_F(FinishedRun, IsItsResult) {
  const auto policies = policies_of(opened(path), {});
  ASSERT_EQ(policies.size(), 1U);
  EXPECT_EQ(policies[0].name, "kl");
  EXPECT_EQ(policies[0].step, 4);
  EXPECT_EQ(policies[0].adapter, path / "lora.safetensors");
}

TEST_F(FinishedRun, HasItsCheckpointsBeforeItsResultAndNoneTwice) {
  EXPECT_THAT(names_of_policies(opened(path), all_checkpoints()), ElementsAre("kl@2", "kl"));
}

TEST_F(FinishedRun, HasTheCheckpointsThatAreNamed) {
  EXPECT_THAT(names_of_policies(opened(path), checkpoint(4)), ElementsAre("kl@4", "kl"));
}

TEST_F(FinishedRun, NamesTheCheckpointsThatItHas) {
  EXPECT_THAT(
      failure_of(ExitCode::kCheckpoint, [&] { (void)policies_of(opened(path), checkpoint(3)); }),
      AllOf(HasSubstr("there is no checkpoint of step 3"), HasSubstr("it has 2, 4")));
}

TEST_F(FinishedRun, RefusesADamagedCheckpoint) {
  folder.write("kl/checkpoints/step-000002/lora.safetensors", "halt");
  EXPECT_THAT(
      failure_of(ExitCode::kCheckpoint, [&] { (void)policies_of(opened(path), checkpoint(2)); }),
      HasSubstr("step-000002"));
}

TEST_F(FinishedRun, IsDrawnFromTheSameNoiseWhateverItsSeed) {
  EXPECT_EQ(opened(path).config.run.seed, 0);
  const std::vector<Override> other{override_from_set("run.seed=3")};
  EXPECT_EQ(open_runs(Paths{path}, other).front().config.run.seed, 3);
}

TEST_F(FinishedRun, IsUnfinishedAgainOnceItGoesOn) {
  folder.write("kl/log/rank-0000.log", "2026-01-31T12:00:00.000 info going on after step 4\n");
  EXPECT_THAT(names_of_policies(opened(path), all_checkpoints()), ElementsAre("kl@2", "kl@4"));
}

TEST_F(FinishedRun, IsGivenOnce) {
  EXPECT_THAT(usage_error_of([&] {
                (void)open_runs(Paths{path, path / "."}, {});
              }),
              HasSubstr("is given twice"));
}

TEST_F(FinishedRun, IsNamedByItsFolderUnlessAnotherOneIs) {
  const auto namesake = run_folder_of(folder, "more/kl");
  const auto runs = open_runs(Paths{path / "", namesake, run_folder_of(folder, "base")}, {});
  EXPECT_EQ(opened(path / "").name, "kl");
  EXPECT_EQ(runs[0].name, (path / "").string());
  EXPECT_EQ(runs[1].name, namesake.string());
  EXPECT_EQ(runs[2].name, (folder / "base").string());  // "base" is the base model's
}

TEST(UnfinishedRun, SaysWhatToDo) {
  const ScratchFolder folder;
  const auto run = run_folder_of(folder, "kl");
  EXPECT_THAT(failure_of(ExitCode::kInput, [&] { (void)policies_of(opened(run), {}); }),
              AllOf(HasSubstr("the run has not ended"), HasSubstr("it has kept none"),
                    HasSubstr("train command again"), HasSubstr("--checkpoints")));
}

TEST(UnfinishedRun, HasItsCheckpoints) {
  const ScratchFolder folder;
  const auto run = run_folder_of(folder, "kl");
  add_checkpoint(run, 2, "half");
  EXPECT_THAT(names_of_policies(opened(run), all_checkpoints()), ElementsAre("kl@2"));
}

TEST(EvaluatedRun, MustBeARunFolder) {
  const ScratchFolder folder;
  EXPECT_THAT(failure_of(ExitCode::kInput, [&] { (void)opened(folder / "none"); }),
              HasSubstr("it is no run folder"));
}

std::string difference_between(const std::string& one, const std::string& other) {
  const ScratchFolder folder;
  const auto runs =
      open_runs(Paths{run_folder_of(folder, "a", one), run_folder_of(folder, "b", other)}, {});
  return usage_error_of([&] { require_same_sampling(runs); });
}

TEST(RunsThatArePaired, MustSampleAlike) {
  const ScratchFolder folder;
  const std::vector<Override> four{override_from_set("model.steps=4")};
  auto runs = open_runs(Paths{run_folder_of(folder, "a"), run_folder_of(folder, "b")}, {});
  EXPECT_EQ(usage_error_of([&] { require_same_sampling(runs); }), "nothing was thrown");
  runs[1] = open_runs(Paths{folder / "b"}, four).front();
  EXPECT_THAT(usage_error_of([&] { require_same_sampling(runs); }),
              AllOf(HasSubstr("model.steps is 8 in a and 4 in b"), HasSubstr("--set")));
}

TEST(RunsThatArePaired, MayDifferInWhatTheyLearnt) {
  EXPECT_EQ(difference_between("[objective]\ndivergence = \"js\"", "[run]\nseed = 4"),
            "nothing was thrown");
}

TEST(SamplingSettings, LeaveOutTheDeviceAndGradients) {
  const auto settings = sampling_settings(test::minimal_config());
  EXPECT_TRUE(settings.contains("model.guidance_scale"));
  EXPECT_FALSE(settings.contains("model.device"));
  EXPECT_FALSE(settings.contains("model.checkpoint"));
  EXPECT_FALSE(settings.contains("objective.beta"));
}

}  // namespace
}  // namespace rocm::launcher
