// SPDX-License-Identifier: Apache-2.0
#include "launcher/memory_estimate.hpp"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "launcher/process_memory.hpp"
#include "tests/support/golden_pipeline.hpp"

namespace rocm::launcher {
namespace {

constexpr int kCrowd = 1'000'000'000;  ///< ranks that leave each other no memory

TEST(MemoryEstimate, GrowsWithTheStepGraphsThatAreKept) {
  Assembly assembly(golden_config(test::short_run()), {});
  assembly.objective.keep_steps(0);
  const double none = estimate_memory(assembly, 1).working_bytes;
  assembly.objective.keep_steps(3);
  EXPECT_GT(estimate_memory(assembly, 1).working_bytes, 1.5 * none);
}

TEST(MemoryEstimate, DrawsEveryPartOnAlongItsOwnLine) {
  const PeaksAtArea small{.area = 100, .peaks = {10, 20, 90, 30, 40, 0}};
  const PeaksAtArea large{.area = 200, .peaks = {10, 40, 95, 70, 40, 0}};
  EXPECT_EQ(on_a_line(small, large, 400), (PhasePeaks{10, 80, 105, 150, 40, 0}))
      << "the fourth part, which is behind the third at both sizes, has the peak";
}

TEST(MemoryEstimate, IsThatOfAPartWhichGrowsWithTheLatents) {
  Assembly assembly(golden_config(test::short_run()), {});
  const MemoryEstimate one = estimate_memory(assembly, 1);
  EXPECT_GT(one.working_bytes, 0.0);
  const auto resident = static_cast<double>(process_memory().resident_bytes);
  EXPECT_NEAR(one.resident_bytes, resident, 0.2 * resident);
}

TEST(StepGraphsThatFit, AreAllWhereMemoryIsPlentyAndNoneWhereThereIsNone) {
  Assembly assembly(golden_config(test::short_run()), {});
  EXPECT_EQ(step_graphs_that_fit(assembly, 1), 3U);
  EXPECT_EQ(step_graphs_that_fit(assembly, kCrowd), 0U);
}

TEST(StepGraphsThatFit, AreKeptByTheRuleAutoWithTheSameGradient) {
  test::GoldenRun run = test::short_run();
  Assembly plain(golden_config(run), {});
  run.model += "checkpoint = \"auto\"\ncheckpoint_decoder = \"recompute\"\n";
  Assembly automatic(golden_config(run), {});
  const auto gradient = [](Assembly& assembly) {
    return assembly.objective.evaluate(test::whole_batch(assembly), assembly.adapter, 2).gradient;
  };
  EXPECT_TRUE(at::equal(gradient(automatic), gradient(plain)));
}

}  // namespace
}  // namespace rocm::launcher
