// SPDX-License-Identifier: Apache-2.0
#include "objective/prompt_statistics.hpp"

#include <cmath>

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::objective {
namespace {

using rocm::test::failure_of;

constexpr double kLeast = 1e-6;

TEST(PromptStatistics, JudgeByTheBatchUntilAPromptHasEnough) {
  PromptStatistics statistics(/*buffer=*/4, /*min_count=*/3);
  const auto advantages = statistics.advantages({.reward = {1.0, 3.0}, .prompt_id = {0, 1}});
  // Mean 2, population deviation 1.
  EXPECT_DOUBLE_EQ(advantages[0], -1.0 / (1.0 + kLeast));
  EXPECT_DOUBLE_EQ(advantages[1], 1.0 / (1.0 + kLeast));
}

TEST(PromptStatistics, PushFirstAndThenNormalise) {
  PromptStatistics statistics(4, 3);
  (void)statistics.advantages({.reward = {1.0, 3.0}, .prompt_id = {7, 7}});
  // The third reward of prompt 7 makes it stand for itself: 1, 3, 5, mean 3, deviation sqrt(8/3).
  const auto advantages = statistics.advantages({.reward = {5.0, 100.0}, .prompt_id = {7, 8}});
  EXPECT_DOUBLE_EQ(advantages[0], 2.0 / (std::sqrt(8.0 / 3.0) + kLeast));
  // Prompt 8 is new: 5 and 100, mean 52.5, deviation 47.5.
  EXPECT_DOUBLE_EQ(advantages[1], 47.5 / (47.5 + kLeast));
}

TEST(PromptStatistics, ForgetTheOldestBeyondTheBuffer) {
  PromptStatistics statistics(2, 2);
  (void)statistics.advantages({.reward = {1000.0, 1.0}, .prompt_id = {0, 0}});
  const auto advantages = statistics.advantages({.reward = {3.0}, .prompt_id = {0}});
  EXPECT_DOUBLE_EQ(advantages[0], 1.0 / (1.0 + kLeast));  // of 1 and 3
}

TEST(PromptStatistics, ForgetARewardThatIsNoNumber) {
  PromptStatistics statistics(4, 2);
  (void)statistics.advantages({.reward = {1.0, std::nan("")}, .prompt_id = {0, 0}});
  const auto advantages = statistics.advantages({.reward = {3.0}, .prompt_id = {0}});
  EXPECT_DOUBLE_EQ(advantages[0], 1.0 / (1.0 + kLeast));  // of 1 and 3
}

TEST(PromptStatistics, AreZeroWhereAllRewardsAreEqual) {
  PromptStatistics statistics(8, 2);
  for (const double advantage :
       statistics.advantages({.reward = {4.0, 4.0, 4.0}, .prompt_id = {0, 0, 1}}))
    EXPECT_EQ(advantage, 0.0);
}

TEST(PromptStatistics, GoOnFromTheirStateToTheBit) {
  const BatchRewards first{.reward = {0.1, 0.7, 0.2, 0.9}, .prompt_id = {3, 1, 3, 3}};
  const BatchRewards second{.reward = {0.3, 0.4}, .prompt_id = {3, 1}};
  PromptStatistics whole(3, 2);
  (void)whole.advantages(first);
  PromptStatistics resumed(3, 2);
  resumed.restore(whole.state());
  EXPECT_EQ(resumed.advantages(second), whole.advantages(second));
}

TEST(PromptStatistics, RefuseAStateThatIsNone) {
  PromptStatistics statistics(3, 2);
  for (const at::Tensor& state : {at::Tensor(), at::zeros({2, 3}, at::kDouble), at::zeros({2, 2})})
    EXPECT_TRUE(failure_of(ExitCode::kCheckpoint, [&] {
                  statistics.restore(state);
                }).starts_with("prompt statistics: "));
}

}  // namespace
}  // namespace rocm::objective
