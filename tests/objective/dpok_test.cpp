// SPDX-License-Identifier: Apache-2.0
// What DPOK has of its own: the value network, the clamp without PPO's maximum, the penalty.
#include <cmath>
#include <string>

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "model/gradient_buffer.hpp"
#include "objective/value_network.hpp"
#include "tests/objective/finite_differences.hpp"
#include "tests/objective/policy_gradient_problem.hpp"

namespace rocm::objective {
namespace {

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
