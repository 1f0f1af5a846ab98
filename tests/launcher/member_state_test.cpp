// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/member_state.hpp"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/run/run_lease.hpp"
#include "launcher/config_text.hpp"
#include "launcher/sweep/member_results.hpp"
#include "minimal_config.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::minimal_toml;
using rocm::test::ScratchFolder;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A sweep of one member, s0, and what lies in its folders.
class OneMember : public ::testing::Test {
 protected:
  OneMember()
      : plan_(parse_sweep(
            minimal_toml("[run]\nname = \"n\"\noutput = " + toml_string(folder_.path().string()) +
                         "\n[sweep]\nrun.seed = [0]\n"),
            "s.toml")) {}

  void log(const std::string& line) { folder_.write("n/s0/log/rank-0000.log", line); }

  void finish(const std::string& resolved) {
    folder_.write("n/s0/lora.safetensors", "");
    folder_.write("n/s0/resolved.toml", resolved);
    log("2026-01-31T12:00:00.000 info done: lora\n2026-01-31T12:00:00.001 info DONE\n");
  }

  MemberState state() { return state_of(plan_, plan_.members.front()); }

  ScratchFolder folder_;
  SweepPlan plan_;
};

TEST_F(OneMember, IsPendingWhereNothingIs) {
  EXPECT_EQ(state().status, MemberStatus::kPending);
}

TEST_F(OneMember, IsRunningWhileItsLeaseIsHeld) {
  std::filesystem::create_directories(folder_ / "n/s0");
  const data::RunLease lease(folder_ / "n/s0");
  EXPECT_EQ(state().status, MemberStatus::kRunning);
  EXPECT_THAT(state().note, HasSubstr("process"));
}

TEST_F(OneMember, IsDoneWithResultAndLastWord) {
  finish(resolved_toml(plan_.members.front().config));
  EXPECT_EQ(state().status, MemberStatus::kDone);
}

TEST_F(OneMember, IsPendingAgainWhenTheSettingsChanged) {
  Config other = plan_.members.front().config;
  other.run.iterations = 7;
  finish(resolved_toml(other));
  EXPECT_EQ(state().status, MemberStatus::kPending);
  EXPECT_THAT(state().note, HasSubstr("other settings"));
}

TEST_F(OneMember, IsDoneWhenOnlyWhatIsWatchedChanged) {
  Config other = plan_.members.front().config;
  other.records.every = 7;
  finish(resolved_toml(other));
  EXPECT_EQ(state().status, MemberStatus::kDone);
}

TEST_F(OneMember, IsFailedWithTheReasonOfItsLog) {
  log("2026-01-31T12:00:00.000 error step 3: it broke (so it is). do this.\n"
      "2026-01-31T12:00:00.001 info FAILED\n");
  EXPECT_EQ(state().status, MemberStatus::kFailed);
  EXPECT_EQ(state().note, "step 3: it broke (so it is). do this.");
}

TEST_F(OneMember, IsFailedBeforeItHadARunFolderWithWhatTheProcessSaid) {
  folder_.write("n/s0.log",
                "STARTED\nmodel: gone (no such file). look.\n-----\nMPI_ABORT was invoked\n"
                "FAILED with exit code 3\n");
  EXPECT_EQ(state().status, MemberStatus::kFailed);
  EXPECT_EQ(state().note, "model: gone (no such file). look.");
}

TEST_F(OneMember, IsDoneWhenItSucceededAfterAFailure) {
  const auto noted = folder_.write("n/s0.log", "FAILED with exit code 3\n");
  std::filesystem::last_write_time(
      noted, std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  finish(resolved_toml(plan_.members.front().config));
  EXPECT_EQ(state().status, MemberStatus::kDone);
}

TEST_F(OneMember, IsDoneWhateverAJobThatCameTooLateSaid) {
  finish(resolved_toml(plan_.members.front().config));
  folder_.write("n/s0.log", "another job is at work in this run folder\nFAILED with exit code 2\n");
  EXPECT_EQ(state().status, MemberStatus::kDone);
}

TEST_F(OneMember, IsStoppedByAKill) {
  folder_.write("n/s0/metrics.jsonl", "{\"step\":1}\n");
  log("2026-01-31T12:00:00.000 info step 1\n");
  folder_.write("n/s0.log", "STARTED\nkilled, or it lost a rank\n");
  EXPECT_EQ(state().status, MemberStatus::kStopped);
}

TEST_F(OneMember, IsStoppedAfterItsLastStep) {
  folder_.write("n/s0/metrics.jsonl", "{\"step\":1}\n{\"step\":2}\n{\"st");
  log("2026-01-31T12:00:00.000 info stopped on request after step 2; run again\n");
  EXPECT_EQ(state().status, MemberStatus::kStopped);
  EXPECT_EQ(state().note, "after step 2");
}

TEST_F(OneMember, AreCounted) {
  EXPECT_EQ(counts_text(states_of(plan_)), "1 member: 1 pending");
}

TEST_F(OneMember, IsCollectedWithItsLastFiguresAndTheTimeOfAllAttempts) {
  finish(resolved_toml(plan_.members.front().config));
  folder_.write("n/s0/metrics.jsonl",
                "{\"step\":1,\"reward\":1.5,\"elapsed_s\":10}\n"
                "{\"step\":2,\"reward\":2.5,\"divergence\":null,\"beta\":0.1,\"elapsed_s\":4}\n");
  folder_.write("n/s0/evaluation.jsonl",
                "{\"step\":0,\"shapes\":{\"base\":9}}\n"
                "{\"step\":2,\"divergence\":0.25,\"shapes\":{\"base\":0.5,\"policy\":0.75,"
                "\"difference\":0.25,\"standard_error\":0.1}}\n");
  const auto states = states_of(plan_);
  EXPECT_EQ(results_csv(plan_, states, collect_results(plan_, states)),
            "id,state,run.seed,step,reward,beta,elapsed_s,evaluation_step,evaluation_divergence,"
            "shapes_base,shapes_policy,shapes_difference,shapes_standard_error\n"
            "s0,done,0,2,2.5,0.1,14,2,0.25,0.5,0.75,0.25,0.1\n");
}

TEST(SweepResults, QuoteWhatCommasWouldSplitAndLeaveMissingCellsEmpty) {
  const SweepPlan plan =
      parse_sweep(minimal_toml("[sweep]\nlora.targets = [[\"to_q\", \"to_k\"]]\n"), "s.toml");
  const SweepResults results{.names = {"reward"}, .rows = {{std::nullopt}}};
  EXPECT_EQ(results_csv(plan, {{MemberStatus::kPending, ""}}, results),
            "id,state,lora.targets,reward\n"
            "targets_to_q+to_k,pending,\"[\"\"to_q\"\", \"\"to_k\"\"]\",\n");
}

TEST(SweepResults, TellASweptRewardFromTheFigure) {
  const SweepPlan plan = parse_sweep(
      minimal_toml("[sweep]\nreward = [[{name = \"hpsv2\", path = \"x\"}]]\n"), "s.toml");
  const SweepResults results{.names = {"step", "reward"}, .rows = {{2.0, 0.5}}};
  const std::vector<MemberState> done{{MemberStatus::kDone, ""}};
  EXPECT_THAT(results_csv(plan, done, results), StartsWith("id,state,sweep.reward,step,reward\n"));
  const ScratchFolder folder;
  write_results(folder / "table.h5", plan, done, results);
  EXPECT_TRUE(std::filesystem::exists(folder / "table.h5"));
}

}  // namespace
}  // namespace rocm::launcher
