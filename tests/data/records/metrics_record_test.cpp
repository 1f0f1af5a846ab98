// SPDX-License-Identifier: Apache-2.0
#include "data/records/metrics_record.hpp"

#include <fstream>
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

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

std::string lines_until(std::int64_t last_step) {
  std::string text;
  for (std::int64_t k = 1; k <= last_step; ++k) text += metrics_line({.step = k}) + "\n";
  return text;
}

TEST(MetricsLine, HasTheKeysOfTheContractInItsOrder) {
  const StepMetrics metrics = {.step = 3,
                               .loss = -0.5,
                               .reward = 20.25,
                               .reward_std = 1.5,
                               .divergence = 0.125,
                               .beta = 0.1,
                               .grad_norm = 2.0,
                               .learning_rate = 1e-4,
                               .skipped = 0,
                               .samples_per_s = 8.0,
                               .elapsed_s = 3.0,
                               .rewards = {{"pickscore", 20.25}, {"clipscore", 0.25}}};
  EXPECT_EQ(metrics_line(metrics),
            R"({"step":3,"loss":-0.5,"reward":20.25,"reward_std":1.5,"divergence":0.125,)"
            R"("beta":0.1,"grad_norm":2.0,"learning_rate":0.0001,"skipped":0,)"
            R"("samples_per_s":8.0,"elapsed_s":3.0,"reward/pickscore":20.25,)"
            R"("reward/clipscore":0.25})");
}

TEST(MetricsLine, ReadsBackToTheSameBits) {
  for (const double value : {0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, -0.0, 1e-5}) {
    const auto json = nlohmann::json::parse(metrics_line({.step = 1, .loss = value}));
    const double again = json.at("loss").get<double>();
    EXPECT_EQ(std::signbit(again), std::signbit(value)) << value;
    EXPECT_EQ(again, value);
  }
}

TEST(MetricsLine, SaysNullWhereANumberIsNotFinite) {
  const auto json =
      nlohmann::json::parse(metrics_line({.step = 1,
                                          .divergence = std::numeric_limits<double>::quiet_NaN(),
                                          .grad_norm = std::numeric_limits<double>::infinity()}));
  EXPECT_TRUE(json.at("divergence").is_null());
  EXPECT_TRUE(json.at("grad_norm").is_null());
}

TEST(MetricsRecord, AppendsALinePerStepAtOnce) {
  const ScratchFolder folder;
  MetricsRecord record(folder / "metrics.jsonl", 0);
  record.append({.step = 1});
  EXPECT_EQ(content_of(folder / "metrics.jsonl"), lines_until(1));
  record.append({.step = 2});
  EXPECT_EQ(content_of(folder / "metrics.jsonl"), lines_until(2));
}

TEST(MetricsRecord, DropsTheStepsAfterTheCheckpointThatARunGoesOnFrom) {
  const ScratchFolder folder;
  const auto path = folder.write("metrics.jsonl", lines_until(9));
  MetricsRecord record(path, 5);
  record.append({.step = 6});
  EXPECT_EQ(content_of(path), lines_until(6));
}

TEST(MetricsRecord, StartsEmptyWhenNothingWasSaved) {
  const ScratchFolder folder;
  const auto path = folder.write("metrics.jsonl", lines_until(3));
  const MetricsRecord record(path, 0);
  EXPECT_EQ(content_of(path), "");
}

TEST(MetricsRecord, DropsALineThatAKillCutAtAnyByte) {
  const ScratchFolder folder;
  const std::string whole = lines_until(2);
  const std::size_t first = lines_until(1).size();
  for (std::size_t length = first; length < whole.size(); ++length) {
    const auto path = folder.write("metrics.jsonl", whole.substr(0, length));
    const MetricsRecord record(path, 2);
    EXPECT_EQ(content_of(path), lines_until(1)) << "cut to " << length << " bytes";
  }
}

TEST(MetricsRecord, NeverHoldsAStepTwice) {
  const ScratchFolder folder;
  const auto path = folder.write("metrics.jsonl", lines_until(2) + lines_until(3));
  const MetricsRecord record(path, 3);
  EXPECT_EQ(content_of(path), lines_until(3));
}

TEST(MetricsRecord, TakesAStepAgainAsABug) {
  const ScratchFolder folder;
  MetricsRecord record(folder / "metrics.jsonl", 5);
  EXPECT_THROW(record.append({.step = 5}), ContractViolation);
}

TEST(MetricsRecord, OnAFullDiskIsAStorageFailureAndTheNextAttemptGoesOn) {
  const ScratchFolder folder;
  const auto path = folder / "metrics.jsonl";
  const auto message = failure_of(ExitCode::kStorage, [&] {
    MetricsRecord record(path, 0);
    record.append({.step = 1});
    const FileSizeLimit limit(lines_until(1).size() + 10);
    record.append({.step = 2});
  });
  EXPECT_NE(message.find(path.native() + ": cannot write the file (File too large)"),
            std::string::npos)
      << message;
  const MetricsRecord record(path, 1);
  EXPECT_EQ(content_of(path), lines_until(1));
}

}  // namespace
}  // namespace rocm::data
