// SPDX-License-Identifier: Apache-2.0
#include "data/run/run_log.hpp"

#include <gtest/gtest.h>

#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::ScratchFolder;

using Lines = std::vector<std::string>;

TEST(RunLog, LinesEndOrAreDropped) {
  const ScratchFolder folder;
  EXPECT_EQ(complete_lines(folder.write("f", "one\n\ntwo\nthr")), (Lines{"one", "", "two"}));
  EXPECT_EQ(complete_lines(folder / "missing"), Lines{});
}

TEST(RunLog, MessagesLeaveOutTimeAndLevel) {
  const ScratchFolder folder;
  EXPECT_EQ(log_messages(folder.write("f",
                                      "2026-01-31T12:00:00.000 info a table:\n  x 1  y 2\n"
                                      "2026-01-31T12:00:00.001 warning look out\n"
                                      "2026-01-31T12:00:00.002 info DONE\n")),
            (Lines{"a table:", "  x 1  y 2", "look out", "DONE"}));
}

TEST(RunLog, SaysWhetherTheRunHasEnded) {
  const ScratchFolder folder;
  const RunFolder run(folder / "run");
  EXPECT_FALSE(is_finished(run));
  folder.write("run/lora.safetensors", "");
  EXPECT_TRUE(is_finished(run)) << "a result that was copied alone";
  folder.write("run/log/rank-0000.log", "2026-01-31T12:00:00.000 info DONE\n");
  EXPECT_TRUE(is_finished(run));
  folder.write("run/log/rank-0000.log",
               "2026-01-31T12:00:00.000 info DONE\n2026-01-31T13:00:00.000 info going on\n");
  EXPECT_FALSE(is_finished(run)) << "the result is of the attempt before";
}

}  // namespace
}  // namespace rocm::data
