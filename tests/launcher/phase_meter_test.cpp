// SPDX-License-Identifier: Apache-2.0
#include "launcher/phase_meter.hpp"

#include <cstring>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "launcher/process_memory.hpp"

namespace rocm::launcher {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kSize = std::size_t{64} << 20;

/// Takes memory and gives it back at once; malloc may keep what is freed, a sanitizer's always
/// does.
void touch(std::size_t bytes) {
  void* const memory =
      mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  std::memset(memory, 'x', bytes);
  munmap(memory, bytes);
}

TEST(PhaseMeter, AddsUpPartsOfOneNameInTheOrderOfTheirFirstBeginnings) {
  PhaseMeter meter;
  for (const char* name : {"rollout", "decoder", "rollout"}) meter.begin(name);
  const auto costs = meter.take();
  ASSERT_EQ(costs.size(), 3U);
  EXPECT_EQ(costs[0].name, "start");
  EXPECT_EQ(costs[1].name, "rollout");
  EXPECT_EQ(costs[2].name, "decoder");
  EXPECT_TRUE(meter.take().empty());
}

TEST(PhaseMeter, GivesThePeakOfMemoryToThePartThatHadIt) {
  PhaseMeter meter;
  meter.begin("large");
  touch(kSize);
  meter.begin("small");
  const auto costs = meter.take();
  EXPECT_GT(costs[1].peak_bytes, costs[2].peak_bytes + static_cast<std::int64_t>(kSize / 2));
}

TEST(PhaseMeter, IsReadable) {
  EXPECT_THAT(
      text_of(
          {{.name = "rollout", .seconds = 30.1, .cpu_seconds = 58.9, .peak_bytes = 4'200'000'000},
           {.name = "decoder"}}),
      HasSubstr("rollout 30.10 s (58.90 CPU s, 4.20 GB), decoder 0.00 s"));
}

TEST(ProcessMemory, SeesWhatIsTouched) {
  const std::int64_t before = process_memory().resident_bytes;
  const std::vector<char> touched(kSize, 'x');
  EXPECT_GT(process_memory().resident_bytes, before + static_cast<std::int64_t>(kSize / 2));
  EXPECT_GE(process_memory().peak_bytes, process_memory().resident_bytes);
}

}  // namespace
}  // namespace rocm::launcher
