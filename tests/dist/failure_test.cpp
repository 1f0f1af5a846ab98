// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "dist/base/contract.hpp"

namespace rocm::dist {
namespace {

struct Ending {
  int code = -1;
  double seconds = 0.0;
  std::string text;  ///< what all ranks and mpirun printed

  [[nodiscard]] int count(std::string_view part) const {
    int times = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
    return times;
  }
};

Ending run(const std::string& command) {
  Ending ending;
  const auto begin = std::chrono::steady_clock::now();
  FILE* output = popen(("timeout -k 5 60 " + command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer{};
  while (fgets(buffer.data(), buffer.size(), output) != nullptr) ending.text += buffer.data();
  const int status = pclose(output);
  ending.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  if (WIFEXITED(status)) ending.code = WEXITSTATUS(status);
  return ending;
}

/// Three ranks; the mishap strikes rank 2 at step 3. Where a rank does not come,
/// the timeout of a collective is 4 s.
Ending run_job(std::string_view mishap) {
  return run(fmt::format("{} -n 3 {} '{}'", ROCM_MPIEXEC, ROCM_UNLUCKY_JOB, mishap));
}

void expect_ending(const Ending& ending, ExitCode code, std::string_view only_line) {
  EXPECT_EQ(ending.code, static_cast<int>(code)) << ending.text;
  EXPECT_EQ(ending.count(only_line), 1) << ending.text;
  EXPECT_LT(ending.seconds, 30.0) << ending.text;
}

TEST(Job, WithoutAMishapEndsWellAndSaysNothing) {
  const Ending ending = run_job("none");
  EXPECT_EQ(ending.code, 0);
  EXPECT_EQ(ending.text, "");
}

TEST(Job, ThatIsAskedToStopReturns75) {
  EXPECT_EQ(run_job("asked to stop").code, static_cast<int>(ExitCode::kStopped));
}

TEST(Job, EndsWhenOneRankFailsWhileTheOthersWaitForIt) {
  expect_ending(run_job("disk full"), ExitCode::kStorage,
                "[rank 2] metrics.jsonl: cannot write (the disk is full). free some space.");
}

TEST(Job, SaysOnceWhatHappensToAllRanks) {
  expect_ending(run_job("disk full everywhere"), ExitCode::kStorage, "cannot write");
}

TEST(Job, CallsABrokenPromiseABug) {
  expect_ending(run_job("bug"), ExitCode::kBug, "expected good luck");
}

TEST(Job, TellsWhichRankCouldNotReadItsFiles) {
  expect_ending(run_job("unreadable"), ExitCode::kInput, ": unet.safetensors: truncated (");
}

TEST(Job, TellsOnceThatNoRankCouldReadItsFiles) {
  const Ending ending = run_job("unreadable everywhere");
  expect_ending(ending, ExitCode::kInput, "unet.safetensors: truncated (");
  EXPECT_EQ(ending.text.rfind("unet", 0), 0U) << ending.text;
}

TEST(Job, RefusesARankWithAnotherConfiguration) {
  expect_ending(run_job("configured"), ExitCode::kUsage,
                "configuration: not the same on all 3 ranks: rank 2 on ");
}

TEST(Job, FindsASingleFlippedBitAtTheNextCheck) {
  expect_ending(run_job("bit flip"), ExitCode::kNumerics,
                "parameters: not the same on all 3 ranks: rank 2 on ");
}

TEST(Job, WarnsEndsAndNamesARankThatNeverEntersTheCollective) {
  const Ending ending = run_job("stuck");
  expect_ending(ending, ExitCode::kPeerLost, "waited 4 s in vain for rank 2 on ");
  EXPECT_EQ(ending.count("has waited 2 s for rank 2 on "), 1) << ending.text;
  EXPECT_EQ(ending.count("step 3, all-reduce of 64 values: rank 0 on "), 2) << ending.text;
}

TEST(Job, EndsAndNamesARankWhoseProcessIsStopped) {
  expect_ending(run_job("stopped"), ExitCode::kPeerLost, "waited 4 s in vain for rank 2 on ");
}

TEST(Job, EndsSoonWhenARankIsKilled) {
  const Ending ending = run_job("killed");
  EXPECT_EQ(ending.code, 128 + 9) << ending.text;  // mpirun's verdict: no code of ours survives
  EXPECT_LT(ending.seconds, 30.0) << ending.text;
}

TEST(Job, ThatWasSuspendedDoesNotBlameItsPeers) {
  const Ending ending = run(fmt::format("{} suspended", ROCM_UNLUCKY_JOB));
  EXPECT_EQ(ending.code, 0) << ending.text;
}

TEST(Job, OfOneProcessFailsWithoutMpirun) {
  const Ending ending = run(fmt::format("{} 'disk full'", ROCM_UNLUCKY_JOB));
  EXPECT_EQ(ending.code, static_cast<int>(ExitCode::kStorage));
  EXPECT_EQ(ending.text, "metrics.jsonl: cannot write (the disk is full). free some space.\n");
}

}  // namespace
}  // namespace rocm::dist
