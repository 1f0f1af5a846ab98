// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison.hpp"

#include <cmath>

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "launcher/comparison_text.hpp"
#include "model/keyed_noise.hpp"

namespace rocm::launcher {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kPrompts = 60;

/// [prompt, seed]
at::Tensor normal(std::uint32_t number, std::int64_t seeds) {
  return model::keyed_noise({.seed = 9, .step = 1, .sample = number}, 1, {kPrompts, seeds})[0].to(
      at::kDouble);
}

double width_of(const data::Estimates& estimates, at::IntArrayRef place) {
  at::Tensor low = estimates.low;
  at::Tensor high = estimates.high;
  for (const std::int64_t i : place) {
    low = low[i];
    high = high[i];
  }
  return high.item<double>() - low.item<double>();
}

/// Prompts differ by 5, and the second policy is better by 0.2 with a scatter of 0.1.
data::ComparedMeasure hard_and_easy_prompts() {
  const at::Tensor base_PS = normal(0, 2).mul(5.0);
  const at::Tensor better_PS = base_PS.add(0.2).add(normal(1, 2), 0.1);
  return compared("score", "a score", at::stack({base_PS, better_PS}), {});
}

TEST(PairedDifference, RemovesWhatPromptsShare) {
  const auto measure = hard_and_easy_prompts();
  EXPECT_GT(width_of(measure.mean_L, {1}), 1.0);
  EXPECT_LT(width_of(measure.difference_LL, {1, 0}), 0.1);
  EXPECT_GT(measure.difference_LL.low[1][0].item<double>(), 0.1);
  EXPECT_NEAR(measure.difference_LL.value[1][0].item<double>(), 0.2, 0.05);
}

TEST(PairedDifference, IsTheDifferenceOfTheMeans) {
  const auto measure = hard_and_easy_prompts();
  const at::Tensor gain = measure.mean_L.value[1].sub(measure.mean_L.value[0]);
  EXPECT_NEAR(measure.difference_LL.value[1][0].item<double>(), gain.item<double>(), 1e-12);
}

TEST(PairedDifference, ChangesItsSignWithTheOrder) {
  const auto& difference = hard_and_easy_prompts().difference_LL;
  EXPECT_TRUE(at::equal(difference.value.t(), difference.value.neg()));
  EXPECT_TRUE(at::equal(difference.low.t(), difference.high.neg()));
}

TEST(PairedDifference, ToItselfIsZero) {
  const auto& difference = hard_and_easy_prompts().difference_LL;
  EXPECT_EQ(difference.value[1][1].item<double>(), 0.0);
  EXPECT_EQ(difference.low[1][1].item<double>(), 0.0);
  EXPECT_EQ(difference.high[1][1].item<double>(), 0.0);
}

TEST(ComparedMeans, CountAPromptOnceWhateverItsSeeds) {
  const at::Tensor once_PS = normal(2, 1);
  const at::Tensor repeated_PS = at::cat({once_PS, once_PS, once_PS, once_PS}, 1);
  const auto once = compared("s", "", once_PS.unsqueeze(0), {});
  const auto repeated = compared("s", "", repeated_PS.unsqueeze(0), {});
  EXPECT_TRUE(at::equal(once.mean_L.value, repeated.mean_L.value));
  EXPECT_TRUE(at::equal(once.mean_L.low, repeated.mean_L.low));
  EXPECT_TRUE(at::equal(once.mean_L.high, repeated.mean_L.high));
}

TEST(ComparedMeans, OfOnePromptHaveNoInterval) {
  const auto measure = compared("s", "", at::full({2, 1, 3}, 4.0, at::kDouble), {});
  EXPECT_EQ(measure.mean_L.value[0].item<double>(), 4.0);
  EXPECT_TRUE(std::isnan(measure.mean_L.low[0].item<double>()));
  EXPECT_TRUE(std::isnan(measure.difference_LL.high[1][0].item<double>()));
}

data::ComparisonRecord record_of_two() {
  data::ComparisonRecord record{.policies = {{.name = "base"}, {.name = "run", .step = 50}},
                                .prompts = std::vector<std::string>(kPrompts, "a circle"),
                                .seeds = 2};
  record.measures.push_back(hard_and_easy_prompts());
  return record;
}

TEST(ComparisonText, ShowsMeansIntervalsAndWhatWasGained) {
  const std::string table = comparison_table(record_of_two());
  EXPECT_THAT(table, HasSubstr("60 prompts x 2 seeds"));
  EXPECT_THAT(table, ::testing::ContainsRegex("score +base +[-0-9.]+ +\\[[-0-9.]+, [-0-9.]+\\]\n"));
  EXPECT_THAT(table,
              ::testing::ContainsRegex("score +run .*\\] +\\+0\\.[0-9]+ +\\[\\+0\\.[0-9]+, \\+"));
}

TEST(ComparisonText, OfLinesIsJson) {
  const std::string lines = comparison_lines(record_of_two());
  const auto last = nlohmann::json::parse(lines.substr(lines.find('\n') + 1));
  EXPECT_EQ(last["policy"], "run");
  EXPECT_EQ(last["training_step"], 50);
  EXPECT_NEAR(last["difference"].get<double>(), 0.2, 0.05);
}

TEST(ComparisonText, HasNullWhereThereIsNoInterval) {
  data::ComparisonRecord record{.policies = {{.name = "base"}}, .prompts = {"a circle"}};
  record.measures.push_back(compared("s", "", at::full({1, 1, 1}, 4.0, at::kDouble), {}));
  EXPECT_TRUE(nlohmann::json::parse(comparison_lines(record))["low"].is_null());
  EXPECT_THAT(comparison_table(record), ::testing::ContainsRegex("base +4 +-"));
}

}  // namespace
}  // namespace rocm::launcher
