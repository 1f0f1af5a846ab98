// SPDX-License-Identifier: Apache-2.0
#include "launcher/machine.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rocm::launcher {
namespace {

TEST(Machine, ReadsNameAndInstructionsOfTheFirstProcessor) {
  std::istringstream text(
      "processor\t: 0\nmodel name\t: AMD EPYC 9654 96-Core Processor\n"
      "flags\t\t: fpu avx2 avx512f svm amx_bf16\n\nprocessor\t: 1\nmodel name\t: Other\n");
  const Machine machine = parse_cpuinfo(text);
  EXPECT_EQ(machine.processor, "AMD EPYC 9654 96-Core Processor");
  EXPECT_THAT(machine.flags, ::testing::ElementsAre("avx2", "avx512f", "amx_bf16"));
}

TEST(Machine, AProcessorWithoutANameIsUnknown) {
  std::istringstream text("model name\n");
  EXPECT_EQ(parse_cpuinfo(text).processor, "unknown");
}

TEST(Machine, ThisOneHasCoresAndMemory) {
  const Machine machine = this_machine();
  EXPECT_FALSE(machine.cores.empty());
  EXPECT_GE(machine.cores_online, 1);
  EXPECT_GT(machine.memory_bytes, machine.free_bytes);
  EXPECT_GT(machine.free_bytes, 0);
}

}  // namespace
}  // namespace rocm::launcher
