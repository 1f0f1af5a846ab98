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
#include "model/gradient_buffer.hpp"
#include "objective/value_network.hpp"
#include "tests/objective/finite_differences.hpp"
#include "tests/support/golden_pipeline.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::objective {
namespace {

using launcher::Config;

/// Two samples of three steps of a consistency model, judged by a method whose ratios may go far.
Config few_step_config(const std::string& method, const std::string& keys = "clip_range = 0.3\n") {
  auto run = rocm::test::short_run();
  run.objective = "method = \"" + method + "\"\n[policy_gradient]\n" + keys;
  Config config = rocm::test::golden_config(run);
  config.model.eta.reset();
  return config;
}

/// The same of a diffusion model, as DDPO, DPOK and D3PO have it: DDIM with eta 1, both halves of
/// the guidance in one call.
Config guided_config(const std::string& method) {
  Config config = few_step_config(method);
  config.model.path = (rocm::test::source_folder() / "world/teacher").string();
  config.model.steps = 2;
  config.model.resolution = {.height = 32, .width = 32};
  config.model.guidance_scale = 3.0;
  config.model.eta = 1.0;
  config.lora.load.reset();
  return config;
}

/// A batch of two and the method that learns from it.
class Problem {
 public:
  explicit Problem(const Config& config)
      : assembly(config, {}),
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

  [[nodiscard]] UnitEvaluation evaluate() const { return evaluate(assembly.adapter); }

  [[nodiscard]] const Unit& unit() const { return unit_; }

  /// The loss of the sampled transitions under another policy.
  [[nodiscard]] double loss(const model::LowRankAdapter& adapter) const {
    return evaluate(adapter).loss_B.mean().item<double>();
  }

  /// Away from where it is: every parameter by this factor.
  void scale_adapter(double factor) {
    const at::NoGradGuard no_grad;
    for (const at::Tensor& leaf : assembly.adapter.leaves()) leaf.mul_(factor);
  }

  /// A fresh adapter's second factor is 0.
  void randomise_adapter() {
    const at::NoGradGuard no_grad;
    at::manual_seed(3);
    for (const at::Tensor& leaf : assembly.adapter.leaves()) leaf.normal_(0.0, 0.02);
  }

  launcher::Assembly assembly;

 private:
  Unit unit_;
  dist::SoloCommunicator alone_;

 public:
  std::unique_ptr<Method> method;
};

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

TEST(Dpok, ExpectsTheMeanRewardOfItsFirstBatch) {
  Problem problem(few_step_config("dpok", "clip_range = 0.3\nkl_weight = 0\nreward_weight = 2\n"));
  problem.sample();
  const UnitEvaluation first = problem.evaluate();
  const at::Tensor above_B = first.reward_B.sub(first.reward_B.mean());
  EXPECT_LE(first.loss_B.add(above_B, 2.0).abs().max().item<double>(), 1e-12);
}

TEST(Dpok, ValueLearnsTheRewardAndGoesOnFromItsState) {
  const std::string fast = "value_learning_rate = 3e-3\n";
  Problem problem(few_step_config("dpok", fast));
  problem.sample();
  const UnitEvaluation before = problem.evaluate();
  for (int k = 0; k < 40; ++k) problem.method->update(problem.evaluate().own_gradient);
  const UnitEvaluation after = problem.evaluate();
  EXPECT_LT(after.own_gradient.norm().item<double>(),
            0.5 * before.own_gradient.norm().item<double>());

  Problem resumed(few_step_config("dpok", fast));
  resumed.method->restore(problem.method->state());
  resumed.sample();
  EXPECT_TRUE(at::equal(resumed.evaluate().own_gradient, after.own_gradient));
}

/// Mean over samples and transitions of (V - r)^2, of a value network that is the method's, moved.
double value_error(const Problem& problem, const at::Tensor& direction, double distance) {
  const auto& policy = problem.assembly.generator.policy;
  ValueNetwork value({.channels = problem.assembly.generator.latent_CHW[0],
                      .text_width = policy.unet().config().text_width},
                     0, at::kDouble);
  const at::NoGradGuard no_grad;
  const MethodState state = problem.method->state();
  const auto steps = model::views_of(direction, value.leaves());
  for (std::size_t i = 0; i < steps.size(); ++i)
    value.leaves()[i].copy_(
        state.at("value.parameter." + std::to_string(i)).add(steps[i], distance));
  const UnitEvaluation evaluation = problem.evaluate();
  const auto& transitions = evaluation.trajectory.transitions;
  double error = 0.0;
  for (std::size_t n = 0; n < transitions.size(); ++n)
    error +=
        value(transitions[n].state_BCHW, problem.unit().text_BLD, policy.schedule()[n].timestep)
            .sub(evaluation.reward_B)
            .square()
            .mean()
            .item<double>();
  return error / static_cast<double>(transitions.size());
}

TEST(Dpok, ValueHasTheGradientOfFiniteDifferences) {
  Problem problem(few_step_config("dpok", "value_learning_rate = 1e-2\n"));
  problem.sample();
  problem.method->update(problem.evaluate().own_gradient);  // off its start, where V is constant
  const at::Tensor gradient = problem.evaluate().own_gradient;
  const at::Tensor direction = rocm::test::random_direction(5, gradient.numel());
  constexpr double kStep = 1e-4;
  const double measured =
      (value_error(problem, direction, kStep) - value_error(problem, direction, -kStep)) /
      (2.0 * kStep);
  EXPECT_NE(measured, 0.0);
  EXPECT_NEAR(gradient.dot(direction).item<double>(), measured, 1e-6 * std::abs(measured));
}

TEST(Dpok, HasNoGradientWhereEveryRatioIsClamped) {
  Problem problem(few_step_config("dpok", "clip_range = 1e-7\nkl_weight = 0\n"));
  problem.sample();
  EXPECT_GT(problem.evaluate().gradient.norm().item<double>(), 0.0);
  problem.scale_adapter(1.5);
  const UnitEvaluation far = problem.evaluate();
  EXPECT_EQ(far.gradient.abs().max().item<double>(), 0.0);
}

/// mean((e - e_ref)^2) of a step, from its KL with distances averaged over the latent:
/// KL = (output_scale / sigma)^2 mean((e - e_ref)^2) / 2.
at::Tensor mean_square_B(const at::Tensor& kl_B, const model::SamplingStep& step) {
  return kl_B.mul(2.0 * std::pow(step.sigma / step.output_scale, 2));
}

TEST(Dpok, PenalisesTheMeanSquaredDistanceToTheReferencesOutput) {
  Problem free(few_step_config("dpok", "clip_range = 0.3\nkl_weight = 0\n"));
  Config config = few_step_config("dpok", "clip_range = 0.3\nkl_weight = 10\n");
  config.objective.measure_every = 1;
  Problem bound(config);
  free.sample();
  bound.sample();
  const UnitEvaluation penalised = bound.evaluate();
  const at::Tensor penalty_B = penalised.loss_B.sub(free.evaluate().loss_B);
  const auto& schedule = bound.assembly.generator.policy.schedule();
  const at::Tensor expected_B = mean_square_B(penalised.divergence_MB[0], schedule[0])
                                    .add(mean_square_B(penalised.divergence_MB[1], schedule[1]))
                                    .mul(10.0 / 2.0);
  EXPECT_GT(expected_B.min().item<double>(), 0.0);
  EXPECT_LE(penalty_B.sub(expected_B).abs().max().item<double>(),
            1e-9 * expected_B.max().item<double>());
}

}  // namespace
}  // namespace rocm::objective
