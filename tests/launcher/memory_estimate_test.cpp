// SPDX-License-Identifier: Apache-2.0
#include "launcher/memory_estimate.hpp"

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

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
