// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/reward_rule.hpp"

#include <algorithm>
#include <cmath>

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "dist/base/contract.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;

constexpr RewardCombination kSum{.rule = RewardRule::kSum};
constexpr RewardCombination kMin{.rule = RewardRule::kMin};
constexpr RewardCombination kCautious{.rule = RewardRule::kMeanMinusStd, .std_weight = 0.7};

/// One sample's rewards as an ensemble.
std::vector<at::Tensor> ensemble(const std::vector<double>& rewards) {
  std::vector<at::Tensor> weighted_B;
  for (const double reward : rewards) weighted_B.push_back(at::full({1}, reward, at::kDouble));
  return weighted_B;
}

double combined(const RewardCombination& combine, const std::vector<double>& rewards) {
  return combine(ensemble(rewards)).item<double>();
}

/// The derivative in each reward.
std::vector<double> pulls(const RewardCombination& combine, const std::vector<double>& rewards) {
  std::vector<at::Tensor> leaves = ensemble(rewards);
  for (at::Tensor& leaf : leaves) leaf.requires_grad_();
  std::vector<double> pulls;
  for (const at::Tensor& pull : torch::autograd::grad({combine(leaves).sum()}, leaves))
    pulls.push_back(pull.item<double>());
  return pulls;
}

TEST(RewardRule, SumIsTheSumOfTheWeightedRewards) {
  EXPECT_DOUBLE_EQ(combined(kSum, {1.5, -2.0, 4.0}), 3.5);
}

TEST(RewardRule, MinIsTheSmallestWeightedReward) {
  EXPECT_EQ(combined(kMin, {1.5, -2.0, 4.0}), -2.0);
}

TEST(RewardRule, MeanMinusStdIsTheMeanMinusLambdaPopulationDeviations) {
  const double std = std::sqrt((1.0 + 1.0 + 4.0) / 3.0);  // about the mean 2
  EXPECT_DOUBLE_EQ(combined(kCautious, {1.0, 1.0, 4.0}), 2.0 - 0.7 * std);
}

TEST(RewardRule, JudgesEachSampleByItself) {
  const std::vector<at::Tensor> weighted_B{at::tensor({1.0, 5.0}, at::kDouble),
                                           at::tensor({2.0, 3.0}, at::kDouble)};
  EXPECT_TRUE(at::equal(kMin(weighted_B), at::tensor({1.0, 3.0}, at::kDouble)));
}

TEST(RewardRule, OfOneRewardIsThatReward) {
  for (const RewardCombination& rule : {kSum, kMin, kCautious}) {
    EXPECT_EQ(combined(rule, {0.3}), 0.3) << static_cast<int>(rule.rule);
    EXPECT_EQ(pulls(rule, {0.3}), std::vector<double>{1.0}) << static_cast<int>(rule.rule);
  }
}

TEST(RewardRule, HasTheGradientOfFiniteDifferences) {
  for (const RewardCombination& rule : {kSum, kMin, kCautious}) {
    SCOPED_TRACE(static_cast<int>(rule.rule));
    test::expect_right_gradients(
        [&](const std::vector<at::Tensor>& weighted_BR) {
          const auto weighted_B = weighted_BR[0].unbind(1);
          return test::weighed_sum(rule(weighted_B));
        },
        {deviates({4, 3}, 11)});
  }
}

TEST(RewardRule, MinPullsTheSmallestRewardOnly) {
  EXPECT_EQ(pulls(kMin, {1.0, -2.0, 4.0}), (std::vector<double>{0.0, 1.0, 0.0}));
}

TEST(RewardRule, MinSharesThePullAmongRewardsThatTie) {
  EXPECT_EQ(pulls(kMin, {-2.0, 1.0, -2.0}), (std::vector<double>{0.5, 0.0, 0.5}));
}

TEST(RewardRule, MeanMinusStdOfEqualRewardsIsTheMeanAndPullsAsIt) {
  // 0.1 three times: the rounded mean is not 0.1, so deviations from it would not vanish.
  EXPECT_EQ(combined(kCautious, {0.1, 0.1, 0.1}),
            combined({.rule = RewardRule::kMeanMinusStd, .std_weight = 0.0}, {0.1, 0.1, 0.1}));
  for (const double pull : pulls(kCautious, {0.1, 0.1, 0.1})) EXPECT_DOUBLE_EQ(pull, 1.0 / 3.0);
}

TEST(RewardRule, MeanMinusStdStaysFiniteWhereRewardsAreNearlyEqual) {
  for (const double gap : {1e-300, 1e-160, 1e-12}) {
    const auto both = pulls(kCautious, {0.0, gap});
    EXPECT_TRUE(std::ranges::all_of(both, [](double pull) { return std::abs(pull) < 1.0; })) << gap;
  }
}

TEST(RewardRule, PassesANanOn) {
  for (const RewardCombination& rule : {kSum, kMin, kCautious})
    EXPECT_TRUE(std::isnan(combined(rule, {1.0, std::nan(""), 2.0})))
        << static_cast<int>(rule.rule);
}

TEST(RewardRule, TakesRewardsOfSeveralPrecisions) {
  const std::vector<at::Tensor> weighted_B{at::full({1}, 1.0, at::kFloat),
                                           at::full({1}, 3.0, at::kDouble)};
  EXPECT_EQ(kSum(weighted_B).item<double>(), 4.0);
  EXPECT_EQ(kMin(weighted_B).item<double>(), 1.0);
  EXPECT_DOUBLE_EQ(kCautious(weighted_B).item<double>(), 2.0 - 0.7);
}

TEST(RewardRule, NeedsAReward) {
  EXPECT_THROW((void)kSum({}), ContractViolation);
}

}  // namespace
}  // namespace rocm::model
