// SPDX-License-Identifier: Apache-2.0
#include "objective/beta_rule.hpp"

#include <cmath>
#include <limits>

#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::objective {
namespace {

using rocm::test::failure_of;

/// Four probe steps, and then a tenth of the way at every step.
BetaRule automatic(double rate = 0.0) {
  return BetaRule({.beta = std::nullopt, .share = 0.1, .probe_steps = 4, .rate = rate});
}

void observe(BetaRule& rule, std::initializer_list<BatchMeans> steps) {
  for (const BatchMeans& step : steps) rule.observe(step);
}

/// A probe whose second half has mean reward -20 and mean penalty 4.
void finish_probe(BetaRule& rule) {
  observe(rule, {{-1.0, 0.0}, {-7.0, 1.0}, {-18.0, 3.0}, {-22.0, 5.0}});
}

TEST(BetaRule, HoldsANumber) {
  BetaRule rule({.beta = 0.25});
  rule.observe({.reward = 10.0, .penalty = 3.0});
  EXPECT_EQ(rule.at_step(1), 0.25);
  EXPECT_EQ(rule.at_step(1000), 0.25);
  EXPECT_FALSE(rule.state().defined());
}

TEST(BetaRule, ReachesTheEndOfItsScheduleAtTheLastStep) {
  for (const auto schedule : {BetaSchedule::kLinear, BetaSchedule::kCosine}) {
    const BetaRule rule({.beta = 2.0, .schedule = schedule, .end = 0.5, .iterations = 101});
    EXPECT_EQ(rule.at_step(1), 2.0);
    EXPECT_NEAR(rule.at_step(51), 1.25, 1e-15);
    EXPECT_NEAR(rule.at_step(101), 0.5, 1e-15);
    EXPECT_NEAR(rule.at_step(500), 0.5, 1e-15);
  }
}

TEST(BetaRule, LinearAndCosineDifferOnTheWay) {
  const BetaRule linear(
      {.beta = 1.0, .schedule = BetaSchedule::kLinear, .end = 0.0, .iterations = 101});
  const BetaRule cosine(
      {.beta = 1.0, .schedule = BetaSchedule::kCosine, .end = 0.0, .iterations = 101});
  EXPECT_NEAR(linear.at_step(26), 0.75, 1e-15);
  EXPECT_NEAR(cosine.at_step(26), (1.0 + std::sqrt(0.5)) / 2.0, 1e-15);
}

TEST(BetaRule, AutoPutsTheDivergenceAtItsShareOfTheReward) {
  BetaRule rule = automatic();
  EXPECT_EQ(rule.at_step(1), 0.0);
  finish_probe(rule);
  EXPECT_DOUBLE_EQ(rule.at_step(5), 0.1 * 20.0 / 4.0);
}

TEST(BetaRule, AutoIsHeldAfterItsProbe) {
  BetaRule rule = automatic();
  finish_probe(rule);
  const double found = rule.at_step(5);
  observe(rule, {{100.0, 1.0}, {0.5, 90.0}});
  EXPECT_EQ(rule.at_step(7), found);
}

TEST(BetaRule, AutoGoesItsShareOfTheWayInLogBeta) {
  BetaRule rule = automatic(0.25);
  finish_probe(rule);
  rule.observe({.reward = 20.0, .penalty = 64.0});  // asks for 1 / 32, from 1 / 2: 2^-4
  EXPECT_NEAR(rule.at_step(6), 0.25, 1e-15);        // a quarter of four halvings
}

TEST(BetaRule, AutoGoesOnProbingWhileThePolicyHasNotMoved) {
  BetaRule rule = automatic();
  observe(rule, {{5.0, 0.0}, {5.0, 0.0}, {5.0, 0.0}, {5.0, 0.0}, {5.0, 0.0}});
  EXPECT_EQ(rule.at_step(6), 0.0);
  rule.observe({.reward = 5.0, .penalty = 1.0});
  EXPECT_GT(rule.at_step(7), 0.0);
}

TEST(BetaRule, AutoPassesOverStepsWithoutNumbers) {
  BetaRule rule = automatic();
  BetaRule undisturbed = automatic();
  rule.observe({.reward = std::numeric_limits<double>::quiet_NaN(), .penalty = 1.0});
  rule.observe({.reward = 1.0, .penalty = std::numeric_limits<double>::infinity()});
  finish_probe(rule);
  finish_probe(undisturbed);
  EXPECT_EQ(rule.at_step(9), undisturbed.at_step(9));
}

TEST(BetaRule, GoesOnFromItsStateToTheBit) {
  BetaRule whole = automatic(0.3);
  BetaRule first = automatic(0.3);
  observe(first, {{-1.0, 0.0}, {-7.0, 1.0}, {-18.0, 3.0}});
  observe(whole, {{-1.0, 0.0}, {-7.0, 1.0}, {-18.0, 3.0}});
  BetaRule second = automatic(0.3);
  second.restore(first.state());
  for (BetaRule* rule : {&whole, &second}) observe(*rule, {{-22.0, 5.0}, {3.0, 0.7}});
  EXPECT_EQ(second.at_step(6), whole.at_step(6));
}

TEST(BetaRule, RefusesAStateThatIsNone) {
  BetaRule rule = automatic();
  for (const at::Tensor& state : {at::Tensor(), at::zeros({3}, at::kDouble), at::zeros({4})})
    EXPECT_TRUE(failure_of(ExitCode::kCheckpoint, [&] {
                  rule.restore(state);
                }).starts_with("objective.beta: the state of \"auto\""));
}

}  // namespace
}  // namespace rocm::objective
