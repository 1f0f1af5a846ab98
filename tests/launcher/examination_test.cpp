// SPDX-License-Identifier: Apache-2.0
#include "launcher/examination.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rocm::launcher {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Nothing wrong here.
Examination healthy() {
  Examination found;
  found.machine = {.processor = "EPYC",
                   .flags = {"avx2"},
                   .cores = {0, 1, 2, 3, 4, 5, 6, 7},
                   .cores_online = 8,
                   .memory_bytes = std::int64_t{64} << 30,
                   .free_bytes = std::int64_t{32} << 30};
  found.processors = {"EPYC"};
  found.host_cores = 8;
  found.cpu_speeds = {{"convolution", "fp32", 100.0}, {"convolution", "bf16", 100.0}};
  return found;
}

TEST(Examination, AHealthyMachineNeedsNoAdvice) {
  EXPECT_THAT(advice_for(healthy()), IsEmpty());
  EXPECT_THAT(examination_text(healthy()), HasSubstr("nothing to change."));
}

TEST(Examination, MoreRanksThanCoresAreNamed) {
  Examination found = healthy();
  found.topology.local_size = 16;
  EXPECT_THAT(advice_for(found), Contains(HasSubstr("16 ranks share 8 cores")));
}

TEST(Examination, RanksBoundToOneOfManyCoresAreNamed) {
  Examination found = healthy();
  found.machine.cores = {3};
  EXPECT_THAT(advice_for(found), Contains(HasSubstr("bound to one of 8 cores")));
}

TEST(Examination, ThreadsThatWaitForEachOtherAreNamed) {
  Examination found = healthy();
  found.topology.local_size = 8;
  found.omp_num_threads = "4";
  EXPECT_THAT(advice_for(found), Contains(HasSubstr("OMP_NUM_THREADS=4")));
}

TEST(Examination, DifferentProcessorsEndThePromiseOfBits) {
  Examination found = healthy();
  found.processors = {"EPYC", "Xeon"};
  EXPECT_THAT(advice_for(found), Contains(HasSubstr("different processors")));
}

TEST(Examination, FastBf16IsRecommended) {
  Examination found = healthy();
  found.cpu_speeds[1].gflop_per_s = 200.0;
  EXPECT_THAT(advice_for(found), Contains(HasSubstr("2.0 times faster")));
}

TEST(Examination, LittleMemoryIsNamed) {
  Examination found = healthy();
  found.machine.free_bytes = std::int64_t{1} << 30;
  EXPECT_THAT(advice_for(found), Contains(HasSubstr("only 1.0 GiB of memory are free")));
}

TEST(Examination, ACudaBuildWithoutGpuIsNamed) {
  Examination found = healthy();
  found.gpu_support = GpuSupport::kBuilt;
  EXPECT_THAT(advice_for(found), Contains(HasSubstr("no GPU is visible")));
}

TEST(KernelProbe, MeasuresASpeedForEveryKernelAndPrecision) {
  const auto speeds = probe_kernels(c10::Device(c10::kCPU));
  ASSERT_EQ(speeds.size(), 4U);
  for (const KernelSpeed& speed : speeds)
    EXPECT_GT(speed.gflop_per_s, 0.0) << speed.kernel << " in " << speed.dtype;
}

}  // namespace
}  // namespace rocm::launcher
