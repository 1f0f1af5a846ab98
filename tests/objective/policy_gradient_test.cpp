// SPDX-License-Identifier: Apache-2.0
// Methods that reinforce, on a tiny pipeline in fp64: the first update starts at ratio 1, the loss
// is what its formula says, its gradient that of finite differences.
#include "objective/policy_gradient.hpp"

#include <cmath>

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "tests/objective/finite_differences.hpp"
#include "tests/objective/policy_gradient_problem.hpp"

namespace rocm::objective {
namespace {

void expect_gradient_of_finite_differences(const Problem& problem) {
  rocm::test::expect_gradient(problem.assembly, problem.evaluate().gradient,
                              [&](const auto& adapter) { return problem.loss(adapter); });
}

class EveryPolicyGradient : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(, EveryPolicyGradient, ::testing::Values("rlcm", "ddpo", "dpok", "d3po"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(EveryPolicyGradient, HasTheGradientOfFiniteDifferences) {
  Problem problem(few_step_config(GetParam()));
  problem.sample();
  expect_gradient_of_finite_differences(problem);
}

TEST_P(EveryPolicyGradient, HasItAlsoAwayFromThePolicyThatSampled) {
  Problem problem(few_step_config(GetParam()));
  problem.sample();
  const at::Tensor start = problem.evaluate().gradient;
  problem.scale_adapter(1.05);
  EXPECT_FALSE(at::equal(problem.evaluate().gradient, start));
  expect_gradient_of_finite_differences(problem);
}

class GuidedPolicyGradient : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(, GuidedPolicyGradient, ::testing::Values("ddpo", "dpok", "d3po"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(GuidedPolicyGradient, HasTheGradientOfFiniteDifferences) {
  Problem problem(guided_config(GetParam()));
  problem.randomise_adapter();
  problem.sample();
  expect_gradient_of_finite_differences(problem);
  problem.scale_adapter(1.02);
  expect_gradient_of_finite_differences(problem);
}

TEST_P(EveryPolicyGradient, RecordsTheRolloutThatItLearnsFrom) {
  Problem problem(few_step_config(GetParam()));
  problem.sample();
  const UnitEvaluation evaluation = problem.evaluate();
  EXPECT_EQ(evaluation.trajectory.transitions.size(), 2U);
  EXPECT_EQ(evaluation.reward_B.size(0), 2);
  EXPECT_EQ(evaluation.raw_reward_B.size(), 1U);
  EXPECT_FALSE(evaluation.divergence_MB.defined());
  EXPECT_EQ(evaluation.image_BCHW.size(1), 3);
}

/// A method that looks at the ratios.
class Ratios final : public PolicyGradient {
 public:
  using PolicyGradient::PolicyGradient;
  mutable std::vector<at::Tensor> ratio_B;

 private:
  std::vector<double> signals(const BatchRewards& rewards) override { return rewards.reward; }

  at::Tensor loss_B(const ReplayedTransition& transition) const override {
    const at::Tensor old_B = transition.experience.log_probability_B[transition.n];
    ratio_B.push_back(transition.log_probability_B.detach().sub(old_B).exp());
    return transition.log_probability_B;
  }
};

/// All ratios of a first update; the method's are not looked at.
void expect_ratios_of_one(Config config) {
  for (const auto precision :
       {launcher::Precision::kFp64, launcher::Precision::kFp32, launcher::Precision::kBf16}) {
    config.model.precision = precision;
    launcher::Assembly assembly(config, {});
    const Unit unit = rocm::test::whole_batch(assembly);
    const auto alone = [](std::span<const double> mine) {
      return std::vector<double>(mine.begin(), mine.end());
    };
    Ratios ratios(rocm::test::pipeline_of(assembly), alone, {});
    const Batch batch{.step = 1, .units = {&unit, 1}, .size = 2, .adapter = assembly.adapter};
    ratios.begin(batch);
    (void)ratios.evaluate(batch, 0);
    ASSERT_EQ(ratios.ratio_B.size(), 2U) << name_of(precision);
    for (const at::Tensor& ratio_B : ratios.ratio_B)
      EXPECT_TRUE(ratio_B.eq(1.0).all().item<bool>()) << name_of(precision);
  }
}

TEST(PolicyGradient, StartsAtRatioExactlyOneInEveryPrecision) {
  expect_ratios_of_one(few_step_config("rlcm"));
}

TEST(PolicyGradient, StartsThereWithGuidanceToo) {
  expect_ratios_of_one(guided_config("ddpo"));
}

TEST(PolicyGradient, CountsTheLastStepOnlyWhenAsked) {
  Problem without(few_step_config("rlcm"));
  Problem with(few_step_config("rlcm", "clip_range = 0.3\ninclude_last_step = true\n"));
  without.sample();
  with.sample();
  const at::Tensor seven = without.evaluate().gradient;
  const at::Tensor eight = with.evaluate().gradient;
  EXPECT_LE(eight.mul(3.0 / 2.0).sub(seven).norm().item<double>(),
            1e-14 * seven.norm().item<double>());
}

TEST(Rlcm, FirstLossIsTheNegativeMeanAdvantage) {
  Problem problem(few_step_config("rlcm"));
  problem.sample();
  // Two rewards of two prompts, judged by the batch: advantages +1 and -1, nearly.
  const at::Tensor loss_B = problem.evaluate().loss_B;
  EXPECT_NEAR(loss_B.sum().item<double>(), 0.0, 1e-12);
  EXPECT_NEAR(std::abs(loss_B[0].item<double>()), 1.0, 1e-5);
}

TEST(Rlcm, ClampsAdvantages) {
  Problem problem(few_step_config("rlcm", "advantage_clamp = 0.25\n"));
  problem.sample();
  const at::Tensor loss_B = problem.evaluate().loss_B;
  EXPECT_EQ(loss_B.abs().min().item<double>(), 0.25);
  EXPECT_EQ(loss_B.abs().max().item<double>(), 0.25);
}

TEST(D3po, OfEqualRewardsHasExactlyNoGradient) {
  Config config = few_step_config("d3po");
  config.reward.front().weight = 0.0;
  Problem problem(config);
  problem.sample();
  const UnitEvaluation tie = problem.evaluate();
  EXPECT_EQ(tie.reward_B.abs().max().item<double>(), 0.0);
  EXPECT_EQ(tie.gradient.abs().max().item<double>(), 0.0);
  EXPECT_DOUBLE_EQ(tie.loss_B[0].item<double>(), std::log(2.0));
}

}  // namespace
}  // namespace rocm::objective
