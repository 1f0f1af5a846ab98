// SPDX-License-Identifier: Apache-2.0
#include "data/run/run_lease.hpp"

#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::content_of;
using rocm::test::failure_of;
using rocm::test::ScratchFolder;

/// Runs `body` in a process of its own, which then vanishes as if killed: nothing is unwound.
template <class Body>
void in_killed_process(Body&& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    body();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
}

/// A holder on this host whose process is gone.
LeaseHolder gone_here() {
  LeaseHolder holder = this_process();
  holder.process_start = "1";
  return holder;
}

LeaseHolder elsewhere(const std::string& slurm_job = "") {
  return {.host = "another-host",
          .boot = "another-boot",
          .process = 4711,
          .process_start = "1",
          .slurm_job = slurm_job,
          .since = "2026-01-31T12:00:00Z"};
}

TEST(RunLease, IsAFileThatNamesItsHolder) {
  const ScratchFolder folder;
  const RunLease lease(folder.path());
  const auto holder = parse_lease_holder(content_of(folder / "run.lease"));
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->process, ::getpid());
  EXPECT_TRUE(runs_here(*holder));
}

TEST(RunLease, IsGivenBack) {
  const ScratchFolder folder;
  { const RunLease lease(folder.path()); }
  EXPECT_FALSE(std::filesystem::exists(folder / "run.lease"));
}

TEST(RunLease, IsRefusedToASecondJobNamingTheFirst) {
  const ScratchFolder folder;
  const RunLease lease(folder.path());
  const auto message = failure_of(ExitCode::kUsage, [&] { const RunLease second(folder.path()); });
  EXPECT_EQ(
      message.find(folder.path().native() + ": another job is at work in this run folder (host "),
      0U)
      << message;
  EXPECT_NE(message.find(fmt::format("process {}", ::getpid())), std::string::npos) << message;
}

TEST(RunLease, RefusedLeavesTheHoldersLeaseAlone) {
  const ScratchFolder folder;
  const RunLease lease(folder.path());
  const std::string before = content_of(folder / "run.lease");
  failure_of(ExitCode::kUsage, [&] { const RunLease second(folder.path()); });
  EXPECT_EQ(content_of(folder / "run.lease"), before);
}

TEST(RunLease, TellsWhoIsAtWorkAndTakesNothing) {
  const ScratchFolder folder;
  EXPECT_FALSE(holder_at_work(folder.path()));
  {
    const RunLease lease(folder.path());
    const auto holder = holder_at_work(folder.path());
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->process, ::getpid());
  }
  EXPECT_FALSE(holder_at_work(folder.path()));
}

TEST(RunLease, AbandonedLeasesHaveNobodyAtWork) {
  const ScratchFolder folder;
  folder.write("run.lease", to_json(gone_here()));
  EXPECT_FALSE(holder_at_work(folder.path()));
  folder.write("run.lease", to_json(elsewhere()));
  EXPECT_FALSE(holder_at_work(folder.path()));
  folder.write("run.lease", "");
  EXPECT_FALSE(holder_at_work(folder.path()));
}

TEST(RunLease, OfAKilledJobIsTakenOver) {
  const ScratchFolder folder;
  in_killed_process([&] { new RunLease(folder.path()); });
  ASSERT_TRUE(std::filesystem::exists(folder / "run.lease"));
  const RunLease lease(folder.path());
  EXPECT_EQ(parse_lease_holder(content_of(folder / "run.lease"))->process, ::getpid());
}

TEST(RunLease, OfAJobThatWasKilledBeforeItSignedIsTakenOver) {
  const ScratchFolder folder;
  folder.write("run.lease", "");
  const RunLease lease(folder.path());
  EXPECT_TRUE(parse_lease_holder(content_of(folder / "run.lease")));
}

TEST(RunLease, WithoutLocksOfAKilledJobOfThisHostIsTakenOver) {
  const ScratchFolder folder;
  folder.write("run.lease", to_json(gone_here()));
  const RunLease lease(folder.path(), this_process(), LeaseLocking::kNever);
  EXPECT_TRUE(runs_here(*parse_lease_holder(content_of(folder / "run.lease"))));
}

TEST(RunLease, WithoutLocksLeavesNoOtherFileBehind) {
  const ScratchFolder folder;
  folder.write("run.lease", to_json(gone_here()));
  { const RunLease lease(folder.path(), this_process(), LeaseLocking::kNever); }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(RunLease, WithoutLocksIsRefusedWhileItsProcessRuns) {
  const ScratchFolder folder;
  const RunLease lease(folder.path(), this_process(), LeaseLocking::kNever);
  const auto message = failure_of(ExitCode::kUsage, [&] {
    const RunLease second(folder.path(), this_process(), LeaseLocking::kNever);
  });
  EXPECT_NE(message.find("another job is at work"), std::string::npos) << message;
}

TEST(RunLease, WithoutLocksOfAnotherHostIsRefusedAndSaysWhatToDelete) {
  const ScratchFolder folder;
  folder.write("run.lease", to_json(elsewhere("12")));
  const auto message = failure_of(ExitCode::kUsage, [&] {
    const RunLease lease(folder.path(), this_process(), LeaseLocking::kNever);
  });
  EXPECT_NE(message.find("(host another-host, process 4711, Slurm job 12, since "
                         "2026-01-31T12:00:00Z). wait for it, choose another run.name, or delete " +
                         (folder / "run.lease").native()),
            std::string::npos)
      << message;
}

TEST(RunLease, WithoutLocksUnsignedIsRefused) {
  const ScratchFolder folder;
  folder.write("run.lease", "");
  const auto message = failure_of(ExitCode::kUsage, [&] {
    const RunLease lease(folder.path(), this_process(), LeaseLocking::kNever);
  });
  EXPECT_NE(message.find("it has not signed its lease yet"), std::string::npos) << message;
}

TEST(RunLease, InAMissingFolderIsAStorageFailure) {
  const auto message = failure_of(ExitCode::kStorage, [] { const RunLease l("/no/such/folder"); });
  EXPECT_NE(message.find("/no/such/folder/run.lease: cannot create"), std::string::npos);
}

TEST(RunLease, ShowsNothingRawOfAHostileLease) {
  const ScratchFolder folder;
  LeaseHolder hostile = elsewhere();
  hostile.host = "\x1b[31mred\n";
  folder.write("run.lease", to_json(hostile));
  const auto message = failure_of(ExitCode::kUsage, [&] {
    const RunLease lease(folder.path(), this_process(), LeaseLocking::kNever);
  });
  EXPECT_EQ(message.find_first_of("\x1b\n"), std::string::npos) << message;
}

TEST(Abandoned, IsNeverALeaseWhoseLockIsHeld) {
  EXPECT_FALSE(abandoned(gone_here(), this_process(), LeaseLock::kHeld));
  EXPECT_FALSE(abandoned(elsewhere(), this_process(), LeaseLock::kHeld));
}

TEST(Abandoned, IsNeverALeaseOfARunningProcessOfThisHost) {
  EXPECT_FALSE(abandoned(this_process(), this_process(), LeaseLock::kFree));
}

TEST(Abandoned, IsALeaseFromBeforeARebootEvenIfTheNumberIsInUseAgain) {
  LeaseHolder before = this_process();
  before.boot = "another-boot";
  EXPECT_TRUE(abandoned(before, this_process(), LeaseLock::kUnsupported));
}

TEST(Abandoned, IsALeaseOfAnotherHostWhoseLockIsFree) {
  EXPECT_TRUE(abandoned(elsewhere(), this_process(), LeaseLock::kFree));
}

TEST(Abandoned, WithoutLocksIsALeaseOfAnotherHostOnlyIfSlurmRequeuedTheJob) {
  LeaseHolder self = this_process();
  self.slurm_job = "12";
  EXPECT_TRUE(abandoned(elsewhere("12"), self, LeaseLock::kUnsupported));
  EXPECT_FALSE(abandoned(elsewhere("13"), self, LeaseLock::kUnsupported));
  self.slurm_job = "";
  EXPECT_FALSE(abandoned(elsewhere(""), self, LeaseLock::kUnsupported));
}

TEST(LeaseHolder, ReadsBackItsJson) {
  EXPECT_EQ(parse_lease_holder(to_json(elsewhere("12"))), elsewhere("12"));
}

TEST(LeaseHolder, IsNotReadFromTextThatWasCutAnywhere) {
  const std::string whole = to_json(elsewhere("12"));
  for (std::size_t length = 0; length + 1 < whole.size(); ++length) {
    EXPECT_FALSE(parse_lease_holder(whole.substr(0, length))) << "cut to " << length << " bytes";
  }
}

}  // namespace
}  // namespace rocm::data
