// SPDX-License-Identifier: Apache-2.0
#include "launcher/progress.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rocm::launcher {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A progress display under a clock that we turn, and what it showed.
struct Fixture {
  steady_clock::time_point now;
  std::vector<std::string> bars;
  std::vector<std::string> lines;

  Progress open(std::optional<std::size_t> columns) {
    return Progress({.total = 100,
                     .done_before = 10,
                     .units_each = 4,
                     .columns = columns,
                     .show_bar = [this](const std::string& bar) { bars.push_back(bar); },
                     .show_line = [this](const std::string& line) { lines.push_back(line); },
                     .now = [this] { return now; }});
  }
};

TEST(DurationText, ChoosesTheUnit) {
  EXPECT_EQ(duration_text(0.4), "0 s");
  EXPECT_EQ(duration_text(59.0), "59 s");
  EXPECT_EQ(duration_text(725.0), "12:05 min");
  EXPECT_EQ(duration_text(3 * 3600 + 25 * 60), "3:25 h");
  EXPECT_EQ(duration_text(51 * 3600), "2 d 3 h");
  EXPECT_EQ(duration_text(std::nan("")), "-");
}

TEST(ProgressLine, TellsRewardDivergenceSpeedAndTimeLeft) {
  EXPECT_EQ(progress_line({.done = 50,
                           .total = 200,
                           .detail = training_detail(21.43, 0.0123),
                           .per_second = 3.14,
                           .seconds_left = 725.0}),
            "step 50/200 (25%), reward 21.43, divergence 0.0123, 3.14 samples/s, 12:05 min left");
}

TEST(ProgressLine, WhatWasNotMeasuredIsADash) {
  EXPECT_EQ(training_detail(1.0, std::nan("")), ", reward 1, divergence -");
  EXPECT_THAT(progress_line({.per_second = std::nan("")}), HasSubstr(", - samples/s"));
}

TEST(ProgressBar, FillsWithTheStepsDone) {
  EXPECT_THAT(progress_bar({.done = 50, .total = 100}, 200),
              StartsWith("[############............] step 50/100 (50%)"));
}

TEST(ProgressBar, NeverFillsTheLastColumn) {
  EXPECT_EQ(progress_bar({.done = 50, .total = 100}, 40).size(), 39U);
}

TEST(Progress, OnATerminalRedrawsABarAtEveryStep) {
  Fixture fixture;
  Progress progress = fixture.open(80);
  progress.update(11, training_detail(1.0, 0.0));
  progress.update(12, training_detail(1.0, 0.0));
  EXPECT_EQ(fixture.bars.size(), 2U);
  EXPECT_THAT(fixture.lines, IsEmpty());
}

TEST(Progress, ElsewhereSpeaksEveryThirtySeconds) {
  Fixture fixture;
  Progress progress = fixture.open(std::nullopt);
  for (std::int64_t step = 11; step <= 90; ++step) {
    fixture.now += seconds(1);
    progress.update(step, training_detail(1.0, 0.0));
  }
  EXPECT_THAT(fixture.bars, IsEmpty());
  EXPECT_THAT(fixture.lines, ElementsAre(StartsWith("step 40/100"), StartsWith("step 70/100")));
}

TEST(Progress, TheLastStepIsALineThatStays) {
  Fixture fixture;
  Progress progress = fixture.open(80);
  progress.update(100, training_detail(1.0, 0.0));
  EXPECT_THAT(fixture.lines, ElementsAre(StartsWith("step 100/100 (100%)")));
}

TEST(Progress, SpeedAndTimeLeftCountThisAttemptOnly) {
  Fixture fixture;
  Progress progress = fixture.open(std::nullopt);
  fixture.now += seconds(30);
  progress.update(20,
                  training_detail(1.0, 0.0));  // 10 steps of 4 samples in 30 s; 80 steps are left
  EXPECT_THAT(fixture.lines, ElementsAre(HasSubstr("1.33 samples/s, 4:00 min left")));
}

}  // namespace
}  // namespace rocm::launcher
