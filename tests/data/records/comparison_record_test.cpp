// SPDX-License-Identifier: Apache-2.0
// What the file holds is for h5py to read (tests/end_to_end/evaluate_test.py); here: promises.
#include "data/records/comparison_record.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "data/records/hdf5_reader.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::content_of;
using rocm::test::failure_of;
using rocm::test::ScratchFolder;

ComparisonRecord small_comparison() {
  const at::Tensor mean_L = at::arange(2, at::kDouble);
  const at::Tensor difference_LL = at::zeros({2, 2}, at::kDouble);
  return {.policies = {{.name = std::string(kBaseName)},
                       {.name = "run", .adapter = "a.safetensors", .sha256 = "00", .step = 9}},
          .prompts = {"a red circle", "ein gr\xc3\xbcnes Quadrat", "a cat"},
          .seeds = 2,
          .measures = {{.name = "shapes",
                        .description = "raw score shapes",
                        .value_LPS = at::arange(12, at::kDouble).view({2, 3, 2}),
                        .mean_L = {mean_L, mean_L, mean_L},
                        .difference_LL = {difference_LL, difference_LL, difference_LL}}},
          .attributes = {{"seed", std::int64_t{0}}, {"scores", std::string("shapes")}}};
}

TEST(ComparisonRecord, HasTheSameBytesForTheSameNumbers) {
  const ScratchFolder folder;
  write_comparison_record(folder / "a.h5", small_comparison());
  write_comparison_record(folder / "b.h5", small_comparison());
  EXPECT_GT(content_of(folder / "a.h5").size(), 1000U);
  EXPECT_EQ(content_of(folder / "a.h5"), content_of(folder / "b.h5"));
}

TEST(ComparisonRecord, ReplacesAnOlderOneAndLeavesNothingBeside) {
  const ScratchFolder folder;
  const auto path = folder.write("a.h5", "old");
  write_comparison_record(path, small_comparison());
  EXPECT_EQ(content_of(path).substr(1, 3), "HDF");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(ComparisonRecord, ReplacesNoDevice) {
  EXPECT_NE(failure_of(ExitCode::kStorage,
                       [] { write_comparison_record("/dev/null", small_comparison()); }),
            "no Failure");
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(ComparisonRecord, SaysHowMuchItCompares) {
  const ScratchFolder folder;
  write_comparison_record(folder / "a.h5", small_comparison());
  const auto size = comparison_size(folder / "a.h5");
  ASSERT_TRUE(size.has_value());
  EXPECT_EQ(size->policies, 2);
  EXPECT_EQ(size->prompts, 3);
  EXPECT_EQ(size->seeds, 2);
}

TEST(ComparisonRecord, IsNoTrajectory) {
  const ScratchFolder folder;
  write_comparison_record(folder / "a.h5", small_comparison());
  EXPECT_NE(failure_of(ExitCode::kInput, [&] { (void)recorded_steps(folder / "a.h5"); })
                .find("no trajectories"),
            std::string::npos);
}

TEST(ComparisonRecord, NumbersNoiseAsSampleDoes) {
  EXPECT_EQ(sample_of(/*prompt=*/2, /*seed=*/0, /*num_prompts=*/5), 2);
  EXPECT_EQ(sample_of(2, 3, 5), 17);
}

}  // namespace
}  // namespace rocm::data
