// SPDX-License-Identifier: Apache-2.0
// What the files hold is for the Python tests to read, with other people's readers; here: promises
// and failures.
#include "data/records/trajectory_record.hpp"

#include <filesystem>
#include <string>

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include "data/posix_file.hpp"
#include "data/records/hdf5.hpp"
#include "data/records/hdf5_reader.hpp"
#include "data/records/master_record.hpp"
#include "data/records/record_schema.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/file_size_limit.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::content_of;
using rocm::test::failure_of;
using rocm::test::FileSizeLimit;
using rocm::test::ScratchFolder;

RecordPlan small_plan() {
  return {.samples_per_rank = 2,
          .channels = 4,
          .height = 8,
          .width = 8,
          .fields = {"mean"},
          .sigma = {0.5, 0.25},
          .timestep = {999, 499},
          .next_timestep = {499, 0},
          .prompts = {"a red circle"},
          .divergence = "kl",
          .beta = 0.1,
          .reduction = "mean",
          .configuration = "[run]\n"};
}

TrajectoryStep step_at(std::int64_t k) {
  return {.step = k,
          .sample_id_S = at::arange(2),
          .prompt_id_S = at::zeros({2}),
          .reward_S = at::zeros({2}),
          .mean_SNCHW = at::zeros({2, 2, 4, 8, 8})};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(RecordSchema, SaysWhatEveryVariableIs) {
  for (const RecordVariable& variable : kRecordSchema) {
    EXPECT_FALSE(variable.axes.empty()) << variable.name;
    EXPECT_FALSE(variable.unit.empty()) << variable.name;
    EXPECT_FALSE(variable.long_name.empty()) << variable.name;
  }
}

TEST(TrajectoryRecord, NamesItsFileByTheRank) {
  EXPECT_EQ(trajectory_file_name(7), "rank-0007.h5");
  EXPECT_EQ(trajectory_file_name(12345), "rank-12345.h5");
}

TEST(TrajectoryRecord, IsAnHdf5FileAfterACleanEnd) {
  const ScratchFolder folder;
  TrajectoryRecord record(folder / "rank-0000.h5", small_plan(), 0);
  record.append(step_at(1));
  record.sync();
  record.finish();
  EXPECT_EQ(content_of(folder / "rank-0000.h5").substr(0, 4), "\x89HDF");
}

TEST(TrajectoryRecord, TellsItsLengthAfterACleanEndAndAfterAKill) {
  const ScratchFolder folder;
  const auto path = folder / "rank-0000.h5";
  TrajectoryRecord record(path, small_plan(), 0);
  record.append(step_at(1));
  record.append(step_at(2));
  record.sync();
  std::filesystem::copy_file(path, folder / "killed.h5");  // what a killed writer leaves
  record.finish();
  EXPECT_EQ(recorded_steps(folder / "killed.h5"), 2);
  EXPECT_EQ(recorded_steps(path), 2);
}

TEST(TrajectoryRecord, DoesNotOverwriteAFile) {
  const ScratchFolder folder;
  const auto path = folder.write("rank-0000.h5", "precious");
  const auto message =
      failure_of(ExitCode::kStorage, [&] { const TrajectoryRecord r(path, small_plan(), 0); });
  EXPECT_EQ(message, path.native() +
                         ": HDF5 cannot create the file (File exists). check that the folder "
                         "exists and is writable.");
  EXPECT_EQ(content_of(path), "precious");
}

TEST(TrajectoryRecord, InAMissingFolderIsAStorageFailure) {
  const auto message = failure_of(ExitCode::kStorage, [] {
    const TrajectoryRecord record("/no/such/folder/rank-0000.h5", small_plan(), 0);
  });
  EXPECT_EQ(message,
            "/no/such/folder/rank-0000.h5: HDF5 cannot create the file (No such file or "
            "directory). check that the folder exists and is writable.");
}

TEST(TrajectoryRecord, TakesAStepThatDoesNotGrowAsABug) {
  const ScratchFolder folder;
  TrajectoryRecord record(folder / "rank-0000.h5", small_plan(), 0);
  record.append(step_at(3));
  EXPECT_THROW(record.append(step_at(3)), ContractViolation);
}

TEST(TrajectoryRecord, TakesTensorsOfAnotherShapeAsABugThatNamesThem) {
  const ScratchFolder folder;
  TrajectoryRecord record(folder / "rank-0000.h5", small_plan(), 0);
  TrajectoryStep step = step_at(1);
  step.mean_SNCHW = at::zeros({2, 2, 4, 8, 7});
  try {
    record.append(step);
    FAIL() << "no ContractViolation";
  } catch (const ContractViolation& violation) {
    EXPECT_TRUE(contains(violation.what(), "mean to fit its row")) << violation.what();
  }
}

TEST(TrajectoryRecord, OnAFullDiskIsAStorageFailureThatNamesTheFile) {
  const ScratchFolder folder;
  const auto path = folder / "rank-0000.h5";
  const auto message = failure_of(ExitCode::kStorage, [&] {
    const FileSizeLimit limit(100'000);
    TrajectoryRecord record(path, small_plan(), 0);
    for (std::int64_t k = 1; k < 1000; ++k) record.append(step_at(k));
  });
  EXPECT_EQ(message, path.native() +
                         ": HDF5 cannot flush the file (File too large). make room, record fewer "
                         "fields or steps, or name a folder elsewhere.");
}

TEST(MasterRecord, NeedsNoRankFileToBeThere) {
  const ScratchFolder folder;
  RecordPlan plan = small_plan();
  plan.world_size = 3;
  write_master_record(folder.path(), plan);
  EXPECT_TRUE(contains(content_of(folder / "master.h5"), "rank-0002.h5"));
}

TEST(MasterRecord, ComesBeforeTheRanksFilesWhichHdf5WouldOpenForWriting) {
  const ScratchFolder folder;
  const TrajectoryRecord record(folder / "rank-0000.h5", small_plan(), 0);
  EXPECT_THROW(write_master_record(folder.path(), small_plan()), ContractViolation);
}

TEST(Hdf5Writer, TakesNoLockThatAnotherProcessCouldHold) {
  const ScratchFolder folder;
  const auto path = folder / "rank-0000.h5";
  HdfWriter writer(path);
  const OpenFile elsewhere = open_to_read(path);
  ASSERT_EQ(::flock(elsewhere.descriptor.get(), LOCK_EX | LOCK_NB), 0);
  EXPECT_NO_THROW(writer.start_swmr());
}

TEST(Hdf5, KnowsItsVersion) {
  EXPECT_EQ(hdf5_version().substr(0, 2), "1.");
}

}  // namespace
}  // namespace rocm::data
