// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/child_process.hpp"

#include <csignal>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "launcher/sweep/awaited_signals.hpp"
#include "message_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::content_of;
using rocm::test::ScratchFolder;

using Words = std::vector<std::string>;

class Shell {
 public:
  ChildProcess start(const Words& words) { return {words, log()}; }

  /// Sleeps until it ended: SIGCHLD is awaited, so nothing is missed in between.
  ExitCode code_of(ChildProcess child) {
    for (;;) {
      if (const auto code = child.ended()) return *code;
      EXPECT_EQ(signals_.next(), SIGCHLD);
    }
  }

  ExitCode run(const Words& words) { return code_of(start(words)); }

  [[nodiscard]] std::filesystem::path log() const { return folder_ / "it's a log.txt"; }

 private:
  ScratchFolder folder_;
  AwaitedSignals signals_;
};

TEST(ChildProcess, GetsItsWordsAsTheyAre) {
  Shell shell;
  EXPECT_EQ(shell.run({"printf", "%s|", "a b", "it's", "$HOME", "\"q\"", "", "*"}), ExitCode::kOk);
  EXPECT_EQ(content_of(shell.log()), "a b|it's|$HOME|\"q\"||*|");
}

TEST(ChildProcess, AddsWhatItPrintsToTheLog) {
  Shell shell;
  (void)shell.run({"sh", "-c", "echo one"});
  (void)shell.run({"sh", "-c", "echo two >&2"});
  EXPECT_EQ(content_of(shell.log()), "one\ntwo\n");
}

TEST(ChildProcess, TellsItsExitCode) {
  Shell shell;
  EXPECT_EQ(shell.run({"sh", "-c", "exit 3"}), ExitCode::kInput);
  EXPECT_EQ(shell.run({"sh", "-c", "exit 75"}), ExitCode::kStopped);
}

TEST(ChildProcess, CodesThatAreNotOursMeanThatItWasLost) {
  Shell shell;
  EXPECT_EQ(shell.run({"sh", "-c", "exit 205"}), ExitCode::kPeerLost);
  EXPECT_EQ(shell.run({"sh", "-c", "kill -9 $$"}), ExitCode::kPeerLost);
}

TEST(ChildProcess, TakesSignalsThatWeAwait) {
  Shell shell;
  ChildProcess child = shell.start({"sleep", "60"});
  child.send(SIGTERM);
  EXPECT_EQ(shell.code_of(std::move(child)), ExitCode::kPeerLost);
}

TEST(ChildProcess, DoesNotOutliveItsOwner) {
  Shell shell;
  EXPECT_EQ(shell.start({"sleep", "60"}).ended(), std::nullopt);
}

TEST(ChildProcess, OfAMissingProgramIsAUsageError) {
  Shell shell;
  EXPECT_EQ(rocm::test::usage_error_of([&] {
              (void)shell.start({"no-such-program"});
            }).find("no-such-program: cannot be started (No such file"),
            0U);
}

}  // namespace
}  // namespace rocm::launcher
