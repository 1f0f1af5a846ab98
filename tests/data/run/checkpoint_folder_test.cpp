// SPDX-License-Identifier: Apache-2.0
#include "data/run/checkpoint_folder.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/atomic_file.hpp"
#include "data/run/checkpoint.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;
using rocm::test::content_of;
using rocm::test::failure_of;
using rocm::test::FileSizeLimit;
using rocm::test::ScratchFolder;
using Steps = std::vector<std::int64_t>;

constexpr std::size_t kWeightBytes = 4000;

/// A run that saves weights which tell the step.
struct ScratchRun {
  ScratchFolder folder;
  fs::path path = folder / "checkpoints";
  CheckpointFolder checkpoints = CheckpointFolder(path);

  void save(std::int64_t step, std::int64_t keep = 0) {
    const std::string weights(kWeightBytes, static_cast<char>('0' + step % 10));
    const std::array<CheckpointFile, 1> files = {
        {{"lora.safetensors", [&](const fs::path& file) { write_atomically(file, weights); }}}};
    checkpoints.save(step, {{"seed", 7}}, files, keep);
  }

  [[nodiscard]] fs::path weights(std::int64_t step) const {
    return path / checkpoint_name(step) / "lora.safetensors";
  }

  /// Names in checkpoints/, so that nothing left behind goes unseen.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
};

/// Swallows the many warnings of a loop.
struct QuietStandardError {
  QuietStandardError() { ::testing::internal::CaptureStderr(); }

  QuietStandardError(const QuietStandardError&) = delete;  // one capture at a time
  QuietStandardError& operator=(const QuietStandardError&) = delete;

  ~QuietStandardError() { ::testing::internal::GetCapturedStderr(); }
};

void flip_bit(const fs::path& path, std::size_t bit) {
  std::string bytes = content_of(path);
  bytes.at(bit / 8) = static_cast<char>(bytes.at(bit / 8) ^ (1 << (bit % 8)));
  std::ofstream(path, std::ios::binary) << bytes;
}

TEST(CheckpointFolder, ReadsBackWhatItSaved) {
  ScratchRun run;
  run.save(50);
  const auto found = newest_complete(run.path);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->step, 50);
  EXPECT_EQ(found->state.at("seed"), 7);
  EXPECT_EQ(content_of(found->path / "lora.safetensors"), std::string(kWeightBytes, '0'));
}

TEST(CheckpointFolder, HoldsTheFilesOfTheContractAndNothingElse) {
  ScratchRun run;
  run.save(50);
  EXPECT_EQ(run.names(), (std::vector<std::string>{"latest", "step-000050"}));
  EXPECT_TRUE(fs::exists(run.path / "step-000050/MANIFEST.sha256"));
  EXPECT_TRUE(fs::exists(run.path / "step-000050/state.json"));
}

TEST(CheckpointFolder, PointsLatestToTheNewestByARelativeLink) {
  ScratchRun run;
  run.save(50);
  run.save(100);
  EXPECT_EQ(fs::read_symlink(run.path / "latest"), "step-000100");
}

TEST(CheckpointFolder, WithoutAnyCheckpointHasNoNewest) {
  const ScratchRun run;
  EXPECT_FALSE(newest_complete(run.path));
}

TEST(CheckpointFolder, ThatDoesNotExistHasNoNewest) {
  EXPECT_FALSE(newest_complete("/no/such/folder"));
}

TEST(CheckpointFolder, KeepsTheNewestOnly) {
  ScratchRun run;
  for (const std::int64_t step : {10, 20, 30, 40}) run.save(step, 2);
  EXPECT_EQ(checkpoint_steps(run.path), (Steps{30, 40}));
}

TEST(CheckpointFolder, KeepsAllWhenKeepIsZero) {
  ScratchRun run;
  for (const std::int64_t step : {10, 20, 30}) run.save(step, 0);
  EXPECT_EQ(checkpoint_steps(run.path), (Steps{10, 20, 30}));
}

TEST(CheckpointFolder, DoesNotCountLaterOnesAsKept) {
  ScratchRun run;
  run.save(100);
  flip_bit(run.weights(100), 0);
  run.save(60, 1);
  EXPECT_EQ(newest_complete(run.path)->step, 60);
}

TEST(CheckpointFolder, SortsStepsAsNumbers) {
  ScratchRun run;
  run.save(999'999);
  run.save(1'000'000);
  EXPECT_EQ(newest_complete(run.path)->step, 1'000'000);
}

TEST(CheckpointFolder, ReplacesACheckpointOfTheSameStep) {
  ScratchRun run;
  run.save(50);
  flip_bit(run.weights(50), 3);
  run.save(50);
  EXPECT_EQ(newest_complete(run.path)->step, 50);
  EXPECT_EQ(run.names().size(), 2U);
}

TEST(CheckpointFolder, ForgetsWhatCameAfterTheStepThatARunGoesOnFrom) {
  ScratchRun run;
  for (const std::int64_t step : {10, 20, 30}) run.save(step);
  run.checkpoints.remove_after(10);
  EXPECT_EQ(checkpoint_steps(run.path), Steps{10});
}

TEST(CheckpointFolder, FallsBackWhenTheNewestIsCutAtAnyByte) {
  ScratchRun run;
  run.save(1);
  run.save(2);
  const std::string whole = content_of(run.weights(2));
  const QuietStandardError quiet;
  for (std::size_t length = 0; length < whole.size(); length += 97) {
    std::ofstream(run.weights(2), std::ios::binary) << whole.substr(0, length);
    EXPECT_EQ(newest_complete(run.path)->step, 1) << "cut to " << length << " bytes";
  }
}

TEST(CheckpointFolder, FallsBackWhenABitOfTheNewestIsFlipped) {
  ScratchRun run;
  run.save(1);
  run.save(2);
  const QuietStandardError quiet;
  for (std::size_t bit = 0; bit < kWeightBytes * 8; bit += 331) {
    flip_bit(run.weights(2), bit);
    EXPECT_EQ(newest_complete(run.path)->step, 1) << "bit " << bit;
    flip_bit(run.weights(2), bit);
  }
  EXPECT_EQ(newest_complete(run.path)->step, 2);
}

TEST(CheckpointFolder, RefusesFilesOfTwoStepsMixed) {
  ScratchRun run;
  run.save(1);
  run.save(2);
  fs::copy_file(run.weights(1), run.weights(2), fs::copy_options::overwrite_existing);
  EXPECT_EQ(newest_complete(run.path)->step, 1);
}

TEST(CheckpointFolder, RefusesACheckpointUnderTheNameOfAnotherStep) {
  ScratchRun run;
  run.save(1);
  run.save(2);
  fs::remove_all(run.path / "step-000002");
  fs::copy(run.path / "step-000001", run.path / "step-000002", fs::copy_options::recursive);
  EXPECT_EQ(newest_complete(run.path)->path.filename(), "step-000001");
}

TEST(CheckpointFolder, IgnoresAStaleLatest) {
  ScratchRun run;
  run.save(1);
  run.save(2);
  fs::remove(run.path / "latest");
  fs::create_symlink("step-000001", run.path / "latest");
  EXPECT_EQ(newest_complete(run.path)->step, 2);
}

TEST(CheckpointFolder, WithOnlyDamagedOnesIsACheckpointFailure) {
  ScratchRun run;
  run.save(1);
  flip_bit(run.weights(1), 0);
  const auto message = failure_of(ExitCode::kCheckpoint, [&] { (void)newest_complete(run.path); });
  EXPECT_EQ(message, run.path.native() +
                         ": there is no intact checkpoint to go on from (lora.safetensors is not "
                         "the file that was written). restore it from a copy, or start anew with "
                         "--resume never.");
}

TEST(CheckpointFolder, RemovesWhatAKilledWriterLeft) {
  ScratchRun run;
  run.save(1);
  fs::create_directory(run.path / ".step-000002.tmp-node7-123");
  std::ofstream(run.path / ".step-000002.tmp-node7-123/lora.safetensors") << "half";
  fs::create_symlink("step-000002", run.path / ".latest.tmp-node7-123");
  const CheckpointFolder reopened(run.path);
  EXPECT_EQ(run.names(), (std::vector<std::string>{"latest", "step-000001"}));
}

TEST(CheckpointFolder, PutsBackAnOldOneWhoseReplacementWasKilled) {
  ScratchRun run;
  run.save(1);
  fs::rename(run.path / "step-000001", run.path / ".step-000001.old-node7-123");
  const CheckpointFolder reopened(run.path);
  EXPECT_EQ(newest_complete(run.path)->step, 1);
}

TEST(CheckpointFolder, LeavesTheOldOnesIntactWhenTheDiskIsFullAtAnyOfFortyBytes) {
  ScratchRun run;
  run.save(1);
  const auto names = run.names();
  for (std::size_t bytes = 0; bytes < kWeightBytes; bytes += kWeightBytes / 40) {
    const auto message = failure_of(ExitCode::kStorage, [&] {
      const FileSizeLimit limit(bytes);
      run.save(2);
    });
    EXPECT_NE(message.find("lora.safetensors: cannot write the file (File too large). the file "
                           "takes 4000 bytes"),
              std::string::npos)
        << "full at " << bytes << ": " << message;
    EXPECT_EQ(run.names(), names) << "full at " << bytes;
  }
  EXPECT_EQ(newest_complete(run.path)->step, 1);
}

TEST(FindCheckpoint, TakesACheckpointLatestARunFolderOrItsCheckpoints) {
  ScratchRun run;
  run.save(1);
  run.save(2);
  EXPECT_EQ(find_checkpoint(run.path / "step-000001").step, 1);
  EXPECT_EQ(find_checkpoint(run.path / "latest").step, 2);
  EXPECT_EQ(find_checkpoint(run.folder.path()).step, 2);
  EXPECT_EQ(find_checkpoint(run.path).step, 2);
}

TEST(FindCheckpoint, FollowsALatestThatIsAFile) {
  ScratchRun run;
  run.save(1);
  fs::remove(run.path / "latest");
  std::ofstream(run.path / "latest") << "step-000001\n";
  EXPECT_EQ(find_checkpoint(run.path / "latest").step, 1);
}

TEST(FindCheckpoint, DoesNotLookForAnotherWhenTheNamedOneIsDamaged) {
  ScratchRun run;
  run.save(1);
  run.save(2);
  flip_bit(run.weights(2), 9);
  const auto message =
      failure_of(ExitCode::kCheckpoint, [&] { (void)find_checkpoint(run.path / "step-000002"); });
  EXPECT_NE(message.find("lora.safetensors is not the file that was written"), std::string::npos);
}

TEST(FindCheckpoint, OfAFolderWithoutOneIsACheckpointFailure) {
  const ScratchFolder folder;
  const auto message =
      failure_of(ExitCode::kCheckpoint, [&] { (void)find_checkpoint(folder.path()); });
  EXPECT_NE(message.find("(it holds no checkpoint)"), std::string::npos) << message;
}

}  // namespace
}  // namespace rocm::data
