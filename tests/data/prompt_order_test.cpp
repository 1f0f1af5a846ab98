// SPDX-License-Identifier: Apache-2.0
#include "data/prompt_order.hpp"

#include <array>
#include <map>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

std::vector<std::int64_t> order_of(std::uint64_t seed, std::uint64_t epoch, std::int64_t size) {
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < size; ++i) order.push_back(permuted(seed, epoch, size, i));
  return order;
}

TEST(PromptOrder, IsAPermutationForEverySmallSize) {
  for (std::int64_t size = 1; size <= 130; ++size) {
    const auto order = order_of(3, 5, size);
    const std::set<std::int64_t> drawn(order.begin(), order.end());
    EXPECT_EQ(drawn.size(), static_cast<std::size_t>(size)) << size;
    EXPECT_EQ(*drawn.begin(), 0) << size;
    EXPECT_EQ(*drawn.rbegin(), size - 1) << size;
  }
}

TEST(PromptOrder, ChangesWithTheEpochAndWithTheSeed) {
  EXPECT_NE(order_of(0, 0, 20), order_of(0, 1, 20));
  EXPECT_NE(order_of(0, 0, 20), order_of(1, 0, 20));
  EXPECT_EQ(order_of(7, 2, 20), order_of(7, 2, 20));
}

// Chi squared with 5 degrees of freedom: 25.7 has a chance of 1e-4.
TEST(PromptOrder, DrawsEachOfTheSixOrdersOfThreeEquallyOften) {
  std::map<std::vector<std::int64_t>, double> counts;
  constexpr int kEpochs = 6000;
  for (std::uint64_t epoch = 0; epoch < kEpochs; ++epoch) counts[order_of(11, epoch, 3)] += 1;
  EXPECT_EQ(counts.size(), 6U);
  double chi_squared = 0;
  for (const auto& [order, count] : counts) {
    chi_squared += (count - kEpochs / 6.0) * (count - kEpochs / 6.0) / (kEpochs / 6.0);
  }
  EXPECT_LT(chi_squared, 25.7);
}

TEST(PromptOrder, FollowsTheWrittenRecipe) {  // numbers of an independent implementation
  EXPECT_EQ(order_of(0, 0, 10), (std::vector<std::int64_t>{3, 9, 4, 6, 1, 5, 8, 7, 2, 0}));
  EXPECT_EQ(order_of(42, 3, 7), (std::vector<std::int64_t>{1, 4, 2, 5, 0, 3, 6}));
  EXPECT_EQ(permuted(std::uint64_t{1} << 63, 1, std::int64_t{1} << 40, 123456789), 1014637610169);
}

TEST(PromptOrder, DrawsEveryPromptOnceInAnEpochWhateverTheBatchSize) {
  const PromptOrder order{.seed = 1, .num_prompts = 12, .batch_size = 8};
  std::map<std::int64_t, int> drawn;
  for (std::int64_t step = 1; step <= 3; ++step) {  // 24 samples: two epochs
    for (std::int64_t sample = 0; sample < 8; ++sample) ++drawn[prompt_of(order, step, sample)];
  }
  EXPECT_EQ(drawn.size(), 12U);
  for (const auto& [prompt, times] : drawn) EXPECT_EQ(times, 2) << prompt;
}

TEST(PromptOrder, CountsSamplesThroughSteps) {
  const PromptOrder by_four{.seed = 9, .num_prompts = 30, .batch_size = 4};
  const PromptOrder by_two{.seed = 9, .num_prompts = 30, .batch_size = 2};
  EXPECT_EQ(prompt_of(by_four, 3, 3), prompt_of(by_two, 6, 1));
}

TEST(PromptOrder, CountsStepsFromOne) {
  EXPECT_THROW((void)prompt_of({.seed = 0, .num_prompts = 3, .batch_size = 1}, 0, 0),
               ContractViolation);
}

TEST(PromptOrder, OfReplayedNoiseGoesRoundTheLines) {
  EXPECT_EQ(replayed_prompt_of(0, 3), 0);
  EXPECT_EQ(replayed_prompt_of(7, 3), 1);
}

}  // namespace
}  // namespace rocm::data
