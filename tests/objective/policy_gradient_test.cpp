// SPDX-License-Identifier: Apache-2.0
// Methods that reinforce, on a tiny pipeline in fp64: the first update starts at ratio 1, the loss
// is what its formula says, its gradient that of finite differences.
#include "objective/policy_gradient.hpp"

#include <cmath>
#include <memory>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "dist/solo_communicator.hpp"
#include "launcher/method_factory.hpp"
#include "tests/objective/finite_differences.hpp"
#include "tests/support/golden_pipeline.hpp"

namespace rocm::objective {
namespace {

/// Two samples of three steps, judged by a method whose ratios may go far.
class Problem {
 public:
  explicit Problem(const std::string& name, const std::string& keys = "clip_range = 0.3\n",
                   double reward_weight = 1.0)
      : assembly(config_of(name, keys, reward_weight), {}),
        unit_(rocm::test::whole_batch(assembly)),
        method(launcher::make_method(assembly, alone_)) {}

  [[nodiscard]] Batch batch(const model::LowRankAdapter& adapter) const {
    return {.step = 1, .units = {&unit_, 1}, .size = 2, .adapter = adapter};
  }

  /// Samples with the adapter as it is.
  void sample() { method->begin(batch(assembly.adapter)); }

  [[nodiscard]] UnitEvaluation evaluate(const model::LowRankAdapter& adapter) const {
    return method->evaluate(batch(adapter), 0);
  }

  /// The loss of the sampled transitions under another policy.
  [[nodiscard]] double loss(const model::LowRankAdapter& adapter) const {
    return evaluate(adapter).loss_B.mean().item<double>();
  }

  launcher::Assembly assembly;

 private:
  static launcher::Config config_of(const std::string& name, const std::string& keys,
                                    double reward_weight) {
    auto run = rocm::test::short_run();
    run.objective = "method = \"" + name + "\"\n[policy_gradient]\n" + keys;
    launcher::Config config = rocm::test::golden_config(run);
    config.reward.front().weight = reward_weight;
    config.model.eta.reset();  // the pipeline is a consistency model
    return config;
  }

  Unit unit_;
  dist::SoloCommunicator alone_;

 public:
  std::unique_ptr<Method> method;
};

class EveryPolicyGradient : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(, EveryPolicyGradient, ::testing::Values("rlcm", "ddpo", "dpok", "d3po"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(EveryPolicyGradient, HasTheGradientOfFiniteDifferences) {
  Problem problem(GetParam());
  problem.sample();
  const at::Tensor gradient = problem.evaluate(problem.assembly.adapter).gradient;
  rocm::test::expect_gradient(problem.assembly, gradient,
                              [&](const auto& adapter) { return problem.loss(adapter); });
}

TEST_P(EveryPolicyGradient, HasItAlsoAwayFromThePolicyThatSampled) {
  Problem problem(GetParam());
  problem.sample();
  const at::Tensor start = problem.evaluate(problem.assembly.adapter).gradient;
  {
    const at::NoGradGuard no_grad;
    for (const at::Tensor& leaf : problem.assembly.adapter.leaves()) leaf.mul_(1.05);
  }
  const at::Tensor gradient = problem.evaluate(problem.assembly.adapter).gradient;
  EXPECT_FALSE(at::equal(gradient, start));
  rocm::test::expect_gradient(problem.assembly, gradient,
                              [&](const auto& adapter) { return problem.loss(adapter); });
}

TEST_P(EveryPolicyGradient, RecordsTheRolloutThatItLearnsFrom) {
  Problem problem(GetParam());
  problem.sample();
  const UnitEvaluation evaluation = problem.evaluate(problem.assembly.adapter);
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

TEST(PolicyGradient, StartsAtRatioExactlyOneInEveryPrecision) {
  for (const char* precision : {"fp64", "fp32", "bf16"}) {
    auto run = rocm::test::short_run();
    run.precision = precision;
    launcher::Assembly assembly(rocm::test::golden_config(run), {});
    const Unit unit = rocm::test::whole_batch(assembly);
    const auto alone = [](std::span<const double> mine) {
      return std::vector<double>(mine.begin(), mine.end());
    };
    Ratios ratios(rocm::test::pipeline_of(assembly), alone, {});
    const Batch batch{.step = 1, .units = {&unit, 1}, .size = 2, .adapter = assembly.adapter};
    ratios.begin(batch);
    (void)ratios.evaluate(batch, 0);
    ASSERT_EQ(ratios.ratio_B.size(), 2U) << precision;
    for (const at::Tensor& ratio_B : ratios.ratio_B)
      EXPECT_TRUE(ratio_B.eq(1.0).all().item<bool>()) << precision;
  }
}

TEST(PolicyGradient, CountsTheLastStepOnlyWhenAsked) {
  Problem without("rlcm"), with("rlcm", "clip_range = 0.3\ninclude_last_step = true\n");
  without.sample();
  with.sample();
  const at::Tensor seven = without.evaluate(without.assembly.adapter).gradient;
  const at::Tensor eight = with.evaluate(with.assembly.adapter).gradient;
  EXPECT_LE(eight.mul(3.0 / 2.0).sub(seven).norm().item<double>(),
            1e-14 * seven.norm().item<double>());
}

TEST(Rlcm, FirstLossIsTheNegativeMeanAdvantage) {
  Problem problem("rlcm");
  problem.sample();
  // Two rewards of two prompts, judged by the batch: advantages +1 and -1, nearly.
  const at::Tensor loss_B = problem.evaluate(problem.assembly.adapter).loss_B;
  EXPECT_NEAR(loss_B.sum().item<double>(), 0.0, 1e-12);
  EXPECT_NEAR(std::abs(loss_B[0].item<double>()), 1.0, 1e-5);
}

TEST(D3po, OfEqualRewardsHasExactlyNoGradient) {
  Problem problem("d3po", "clip_range = 0.3\n", /*reward_weight=*/0.0);
  problem.sample();
  const UnitEvaluation tie = problem.evaluate(problem.assembly.adapter);
  EXPECT_EQ(tie.reward_B.abs().max().item<double>(), 0.0);
  EXPECT_EQ(tie.gradient.abs().max().item<double>(), 0.0);
  EXPECT_DOUBLE_EQ(tie.loss_B[0].item<double>(), std::log(2.0));
}

TEST(Dpok, ExpectsTheMeanRewardOfItsFirstBatch) {
  Problem problem("dpok", "clip_range = 0.3\nkl_weight = 0\nreward_weight = 2\n");
  problem.sample();
  const UnitEvaluation first = problem.evaluate(problem.assembly.adapter);
  const at::Tensor above_B = first.reward_B.sub(first.reward_B.mean());
  EXPECT_LE(first.loss_B.add(above_B, 2.0).abs().max().item<double>(), 1e-12);
}

TEST(Dpok, ValueLearnsTheRewardAndGoesOnFromItsState) {
  const std::string fast = "value_learning_rate = 3e-3\n";
  Problem problem("dpok", fast);
  problem.sample();
  const UnitEvaluation before = problem.evaluate(problem.assembly.adapter);
  for (int k = 0; k < 40; ++k)
    problem.method->update(problem.evaluate(problem.assembly.adapter).own_gradient);
  const UnitEvaluation after = problem.evaluate(problem.assembly.adapter);
  EXPECT_LT(after.own_gradient.norm().item<double>(),
            0.5 * before.own_gradient.norm().item<double>());

  Problem resumed("dpok", fast);
  resumed.method->restore(problem.method->state());
  resumed.sample();
  EXPECT_TRUE(
      at::equal(resumed.evaluate(resumed.assembly.adapter).own_gradient, after.own_gradient));
}

TEST(Dpok, PenalisesTheDistanceToTheReferencesOutput) {
  Problem free("dpok", "clip_range = 0.3\nkl_weight = 0\n");
  Problem bound("dpok", "clip_range = 0.3\nkl_weight = 10\n");
  free.sample();
  bound.sample();
  const at::Tensor penalty_B = bound.evaluate(bound.assembly.adapter)
                                   .loss_B.sub(free.evaluate(free.assembly.adapter).loss_B);
  EXPECT_GT(penalty_B.min().item<double>(), 0.0);
}

}  // namespace
}  // namespace rocm::objective
