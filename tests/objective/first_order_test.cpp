// SPDX-License-Identifier: Apache-2.0
// AlignProp, DRaFT and ReFL as special cases of the objective.
#include "objective/first_order.hpp"

#include <cmath>
#include <map>
#include <memory>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "dist/solo_communicator.hpp"
#include "launcher/method_factory.hpp"
#include "model/keyed_noise.hpp"
#include "model/roll_out.hpp"
#include "tests/objective/finite_differences.hpp"
#include "tests/support/golden_pipeline.hpp"

namespace rocm::objective {
namespace {

constexpr std::size_t kSteps = 3;

class FirstOrderMethods : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    assembly_ = std::make_unique<launcher::Assembly>(golden_config(rocm::test::short_run()),
                                                     launcher::AssemblyRequest{});
    unit_ = std::make_unique<Unit>(rocm::test::whole_batch(*assembly_));
  }

  static void TearDownTestSuite() {
    unit_.reset();
    assembly_.reset();
  }

  static const launcher::Assembly& assembly() { return *assembly_; }

  static RocmObjective reward_alone(std::size_t truncate = kSteps) {
    return {rocm::test::pipeline_of(*assembly_),
            {.divergence = DivergenceKind::kNone, .truncate = truncate, .kept_steps = kSteps}};
  }

  static UnitEvaluation evaluate(FirstOrder& method, std::int64_t step) {
    const Batch batch{
        .step = step, .units = {unit_.get(), 1}, .size = 2, .adapter = assembly_->adapter};
    method.begin(batch);
    return method.evaluate(batch, 0);
  }

  static UnitEvaluation evaluate(const RocmObjective& objective) {
    return objective.evaluate(*unit_, assembly_->adapter, 2);
  }

  /// -r of the picture that the last step of `policy` makes of a fixed latent, as a function of the
  /// adapter.
  static auto loss_of_last_step(const model::Policy& policy, const at::Tensor& state_BCHW) {
    return [&policy, state_BCHW](const model::LowRankAdapter& adapter) {
      const at::NoGradGuard no_grad;
      const std::size_t last = policy.schedule().size() - 1;
      const auto text = policy.condition(unit_->text_BLD, &adapter);
      const at::Tensor x0 =
          policy.mean(last, state_BCHW, policy.output(last, state_BCHW, text, &adapter));
      const auto reward = assembly_->reward(assembly_->generator.decode(x0), unit_->captions);
      return -reward.total_B.mean().item<double>();
    };
  }

  static const Unit& unit() { return *unit_; }

 private:
  static std::unique_ptr<launcher::Assembly> assembly_;
  static std::unique_ptr<Unit> unit_;
};

std::unique_ptr<launcher::Assembly> FirstOrderMethods::assembly_;
std::unique_ptr<Unit> FirstOrderMethods::unit_;

TEST_F(FirstOrderMethods, RandomTruncationIsOneOfTheTruncationsAndReachesAll) {
  FirstOrder alignprop(reward_alone(), {}, {.random_truncation = true});
  std::map<std::size_t, int> seen;
  for (std::int64_t step = 1; step <= 40; ++step) {
    const at::Tensor gradient = evaluate(alignprop, step).gradient;
    for (std::size_t k = 1; k <= kSteps; ++k)
      if (at::equal(gradient, evaluate(reward_alone(k)).gradient)) ++seen[k];
  }
  EXPECT_EQ(seen[1] + seen[2] + seen[3], 40);
  for (std::size_t k = 1; k <= kSteps; ++k) EXPECT_GE(seen[k], 5) << k;
}

TEST_F(FirstOrderMethods, RandomTruncationDependsOnStepAndSampleAlone) {
  FirstOrder first(reward_alone(), {}, {.random_truncation = true});
  FirstOrder second(reward_alone(), {}, {.random_truncation = true});
  (void)evaluate(second, 3);
  for (std::int64_t step = 1; step <= 4; ++step)
    EXPECT_TRUE(at::equal(evaluate(first, step).gradient, evaluate(second, step).gradient));
}

TEST_F(FirstOrderMethods, ReflScoresWhatALateStepTakesForThePicture) {
  const model::Policy& policy = assembly().generator.policy;
  const model::Policy early = policy.along(model::ending_at(policy.schedule(), 1));
  const RocmObjective late = reward_alone().along(early).truncated(1);
  const UnitEvaluation evaluation = evaluate(late);
  ASSERT_EQ(evaluation.trajectory.transitions.size(), 1U);
  const auto whole = evaluate(reward_alone()).trajectory;
  EXPECT_TRUE(
      at::equal(evaluation.trajectory.transitions[0].mean_BCHW, whole.transitions[0].mean_BCHW));
  // The next mean is that estimate, scaled by the next alpha.
  const double next_alpha = std::sqrt(policy.schedule()[2].alpha_bar);
  const at::Tensor scaled = evaluation.trajectory.sample_BCHW.mul(next_alpha);
  EXPECT_LE(scaled.sub(whole.transitions[1].mean_BCHW).abs().max().item<double>(), 1e-13);
  rocm::test::expect_gradient(assembly(), evaluation.gradient,
                              loss_of_last_step(early, whole.transitions[1].state_BCHW));
}

TEST_F(FirstOrderMethods, ReflDrawsOneOfItsLateSteps) {
  FirstOrder refl(reward_alone(), {}, {.late_steps = 2});
  std::map<std::size_t, int> transitions;
  for (std::int64_t step = 1; step <= 20; ++step)
    ++transitions[evaluate(refl, step).trajectory.transitions.size()];
  EXPECT_EQ(transitions.size(), 2U);
  EXPECT_GE(transitions[1], 3);
  EXPECT_GE(transitions[2], 3);
}

TEST_F(FirstOrderMethods, DraftLvAveragesTheLastStepOverDrawsOfItsNoise) {
  FirstOrder draft(reward_alone(1), {}, {.extra_draws = 2});
  const UnitEvaluation evaluation = evaluate(draft, 1);
  const UnitEvaluation own = evaluate(reward_alone(1));
  EXPECT_FALSE(at::equal(evaluation.gradient, own.gradient));
  EXPECT_TRUE(at::equal(evaluation.reward_B, own.reward_B)) << "the picture stays its own";

  FirstOrder one_more(reward_alone(1), {}, {.extra_draws = 1});
  // Three draws and two draws share the first two: 3 g3 - 2 g2 is the third draw's gradient, whose
  // length is like the others'.
  const at::Tensor third = evaluation.gradient.mul(3.0).sub(evaluate(one_more, 1).gradient, 2.0);
  EXPECT_GT(third.norm().item<double>(), 0.1 * own.gradient.norm().item<double>());
  EXPECT_LT(third.norm().item<double>(), 10.0 * own.gradient.norm().item<double>());
}

TEST_F(FirstOrderMethods, DraftLvsOtherDrawsAreThePicturesNoisedAgain) {
  const model::Policy& policy = assembly().generator.policy;
  const model::Policy last = policy.along(model::last_step_of(policy.schedule()));
  const double alpha_bar = policy.schedule().back().alpha_bar;
  const UnitEvaluation own = evaluate(reward_alone(1));
  FirstOrder draft(reward_alone(1), {}, {.extra_draws = 1});
  const at::Tensor other = evaluate(draft, 1).gradient.mul(2.0).sub(own.gradient);
  // "rocmdraw", as docs/noise.md has it.
  at::Tensor state_BCHW = at::empty_like(own.trajectory.sample_BCHW);
  for (std::int64_t b = 0; b < 2; ++b) {
    const at::Tensor noise_CHW = model::keyed_noise(
        {.seed = 0x726f636d64726177, .step = 1, .sample = static_cast<std::uint32_t>(b)}, 1,
        state_BCHW.sizes().slice(1))[0];
    state_BCHW[b].copy_(own.trajectory.sample_BCHW[b]
                            .mul(std::sqrt(alpha_bar))
                            .add(noise_CHW.to(at::kDouble), std::sqrt(1.0 - alpha_bar)));
  }
  rocm::test::expect_gradient(assembly(), other, loss_of_last_step(last, state_BCHW));
}

TEST_F(FirstOrderMethods, MeasureTheDivergenceAtEveryMthStepWithoutUsingIt) {
  FirstOrder measured(reward_alone(), {}, {.measure_every = 3, .measure = DivergenceKind::kKl});
  FirstOrder plain(reward_alone(), {}, {});
  for (std::int64_t step = 1; step <= 6; ++step) {
    const UnitEvaluation evaluation = evaluate(measured, step);
    EXPECT_EQ(evaluation.divergence_MB.defined(), step % 3 == 0) << step;
    EXPECT_TRUE(at::equal(evaluation.gradient, evaluate(plain, step).gradient)) << step;
  }
}

TEST_F(FirstOrderMethods, WeighTransitionsAndUseTheBetaOfTheStep) {
  const auto options = [](std::vector<double> weights, double beta) {
    return RocmOptions{.divergence = DivergenceKind::kKl,
                       .beta = beta,
                       .transition_weights = std::move(weights),
                       .truncate = kSteps,
                       .kept_steps = kSteps};
  };
  const auto pipeline = rocm::test::pipeline_of(assembly());
  const UnitEvaluation weighted = evaluate(RocmObjective(pipeline, options({2.0, 0.5}, 1.0)));
  const at::Tensor penalty_B =
      weighted.divergence_MB[0].mul(2.0).add(weighted.divergence_MB[1], 0.5);
  EXPECT_LE(weighted.penalty_B.sub(penalty_B).abs().max().item<double>(), 1e-15);
  EXPECT_TRUE(at::equal(weighted.loss_B, weighted.reward_B.neg().add(weighted.penalty_B)));

  FirstOrder scheduled(
      RocmObjective(pipeline, options({}, 0.1)),
      {.beta = 3.0, .schedule = BetaSchedule::kLinear, .end = 1.0, .iterations = 3}, {});
  for (const double beta : {3.0, 2.0, 1.0}) {
    const auto step = static_cast<std::int64_t>(4.0 - beta);
    const at::Tensor gradient = evaluate(scheduled, step).gradient;
    EXPECT_EQ(scheduled.beta(), beta);
    EXPECT_TRUE(at::equal(gradient, evaluate(RocmObjective(pipeline, options({}, beta))).gradient));
  }
}

TEST_F(FirstOrderMethods, WeightsChangeTheGradientAsTheyChangeTheLoss) {
  const auto pipeline = rocm::test::pipeline_of(assembly());
  const auto gradient_with = [&](std::vector<double> weights) {
    return evaluate(RocmObjective(pipeline, {.divergence = DivergenceKind::kKl,
                                             .beta = 1.0,
                                             .transition_weights = std::move(weights),
                                             .truncate = kSteps,
                                             .kept_steps = kSteps}))
        .gradient;
  };
  // The loss is linear in the weights, and so is its gradient.
  const at::Tensor none = gradient_with({0.0, 0.0});
  const at::Tensor sum = gradient_with({1.0, 0.0}).add(gradient_with({0.0, 1.0})).sub(none);
  const at::Tensor both = gradient_with({1.0, 1.0});
  EXPECT_LE(sum.sub(both).norm().item<double>(), 1e-12 * both.norm().item<double>());
  EXPECT_TRUE(at::equal(gradient_with({}), both));
}

}  // namespace
}  // namespace rocm::objective
