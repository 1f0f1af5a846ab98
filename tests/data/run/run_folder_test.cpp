// SPDX-License-Identifier: Apache-2.0
#include "data/run/run_folder.hpp"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::content_of;
using rocm::test::failure_of;
using rocm::test::ScratchFolder;

TEST(RunFolder, NamesFilesAsTheContractDoes) {
  const RunFolder folder("runs/NAME");
  EXPECT_EQ(folder.metrics(), "runs/NAME/metrics.jsonl");
  EXPECT_EQ(folder.checkpoints(), "runs/NAME/checkpoints");
  EXPECT_EQ(folder.result(), "runs/NAME/lora.safetensors");
  EXPECT_EQ(folder.samples(50), "runs/NAME/samples/step-000050.png");
  EXPECT_EQ(folder.log(0), "runs/NAME/log/rank-0000.log");
  EXPECT_EQ(folder.attempt(1), "runs/NAME/trajectories/attempt-001");
}

TEST(RunFolder, CreatesItsSubFoldersAlsoAgain) {
  const ScratchFolder scratch;
  const RunFolder folder(scratch / "deep/name");
  folder.create();
  folder.create();
  for (const char* name : {"trajectories", "checkpoints", "samples", "log"}) {
    EXPECT_TRUE(std::filesystem::is_directory(scratch / "deep/name" / name)) << name;
  }
}

TEST(RunFolder, IsUnusedWhenJustCreated) {
  const ScratchFolder scratch;
  const RunFolder folder(scratch / "run");
  EXPECT_FALSE(folder.used());
  folder.create();
  EXPECT_FALSE(folder.used());
}

TEST(RunFolder, IsUsedOnceAnAttemptHasStarted) {
  const ScratchFolder scratch;
  const RunFolder folder(scratch / "run");
  folder.create();
  (void)folder.start_attempt();
  EXPECT_TRUE(folder.used());
}

TEST(RunFolder, CountsAttemptsFromOneAndAfterTheLastOne) {
  const ScratchFolder scratch;
  const RunFolder folder(scratch / "run");
  EXPECT_EQ(folder.start_attempt(), 1);
  EXPECT_EQ(folder.start_attempt(), 2);
  std::filesystem::create_directory(folder.attempt(999));
  EXPECT_EQ(folder.start_attempt(), 1000);
  EXPECT_TRUE(std::filesystem::is_directory(scratch / "run/trajectories/attempt-1000"));
}

TEST(RunFolder, IgnoresOtherNamesAmongItsAttempts) {
  const ScratchFolder scratch;
  const RunFolder folder(scratch / "run");
  for (const char* name : {"attempt-x", "attempt-7.old", "attempt-", "notes"}) {
    std::filesystem::create_directories(scratch / "run/trajectories" / name);
  }
  EXPECT_EQ(folder.start_attempt(), 1);
}

TEST(RunFolder, OverAFileIsAStorageFailureThatNamesIt) {
  const ScratchFolder scratch;
  scratch.write("run", "a file");
  const auto message = failure_of(ExitCode::kStorage, [&] { RunFolder(scratch / "run").create(); });
  EXPECT_NE(message.find((scratch / "run/trajectories").native() + ": cannot create the folder"),
            std::string::npos)
      << message;
}

TEST(WriteDescription, StoresTheConfigurationAsGivenAndAsUsedAndTheEnvironment) {
  const ScratchFolder scratch;
  const RunFolder folder(scratch / "run");
  folder.create();
  write_description(
      folder,
      {.config = "# mine\n", .resolved = "[run]\n", .environment = {{"zebra", 1}, {"ape", 2}}});
  EXPECT_EQ(content_of(scratch / "run/config.toml"), "# mine\n");
  EXPECT_EQ(content_of(scratch / "run/resolved.toml"), "[run]\n");
  EXPECT_EQ(content_of(scratch / "run/environment.json"), "{\n  \"zebra\": 1,\n  \"ape\": 2\n}\n");
}

}  // namespace
}  // namespace rocm::data
