// SPDX-License-Identifier: Apache-2.0
// What policy gradients minimise at one transition: values by hand, and which branch has a
// gradient.
#include <cmath>

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "objective/d3po.hpp"
#include "objective/ppo.hpp"

namespace rocm::objective {
namespace {

at::Tensor doubles(std::initializer_list<double> values) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble);
}

/// dL/d(log p_new) of the clipped surrogate with clip range 0.1, at this ratio and advantage.
double slope_of_surrogate(double ratio, double advantage) {
  const at::Tensor now = doubles({std::log(ratio)}).requires_grad_();
  const at::Tensor loss = clipped_surrogate(now, doubles({0.0}), doubles({advantage}), 0.1);
  return torch::autograd::grad({loss}, {now}).front().item<double>();
}

TEST(ClippedSurrogate, IsTheNegativeAdvantageAtRatioOne) {
  const at::Tensor loss =
      clipped_surrogate(doubles({-1.5, 2.0}), doubles({-1.5, 2.0}), doubles({3.0, -0.5}), 1e-4);
  EXPECT_EQ(loss[0].item<double>(), -3.0);
  EXPECT_EQ(loss[1].item<double>(), 0.5);
}

TEST(ClippedSurrogate, PullsWithTheAdvantageInsideTheRange) {
  EXPECT_DOUBLE_EQ(slope_of_surrogate(1.0, 2.0), -2.0);
  EXPECT_DOUBLE_EQ(slope_of_surrogate(1.05, 2.0), -2.1);
  EXPECT_DOUBLE_EQ(slope_of_surrogate(0.95, -2.0), 1.9);
}

TEST(ClippedSurrogate, DoesNotPullFurtherInTheDirectionOfTheAdvantage) {
  EXPECT_EQ(slope_of_surrogate(1.2, 2.0), 0.0);
  EXPECT_EQ(slope_of_surrogate(0.8, -2.0), 0.0);
}

TEST(ClippedSurrogate, PullsBackWhatWentTheWrongWay) {
  EXPECT_DOUBLE_EQ(slope_of_surrogate(0.8, 2.0), -1.6);
  EXPECT_DOUBLE_EQ(slope_of_surrogate(1.2, -2.0), 2.4);
}

/// The loss of one pair and its slopes in both log-probabilities, at ratios to the reference.
struct Pair {
  double loss = 0.0;
  double slope_first = 0.0;
  double slope_second = 0.0;
};

Pair pair_of(double first, double second, double preference) {
  const at::Tensor now = doubles({std::log(first), std::log(second)}).requires_grad_();
  const at::Tensor loss =
      preference_loss(now, doubles({0.0, 0.0}), doubles({preference, -preference}), {.beta = 0.5});
  EXPECT_EQ(loss[0].item<double>(), loss[1].item<double>()) << "each sample has its pair's loss";
  const at::Tensor slopes = torch::autograd::grad({loss[0]}, {now}).front();
  return {loss[0].item<double>(), slopes[0].item<double>(), slopes[1].item<double>()};
}

TEST(PreferenceLoss, IsMinusLogSigmoidOfTheScaledMargin) {
  const double margin = 0.5 * (std::log(1.05) - std::log(0.98));
  EXPECT_NEAR(pair_of(1.05, 0.98, 1.0).loss, std::log1p(std::exp(-margin)), 1e-15);
  EXPECT_NEAR(pair_of(1.05, 0.98, -1.0).loss, std::log1p(std::exp(margin)), 1e-15);
}

TEST(PreferenceLoss, MakesTheBetterLikelierAndTheWorseLessLikely) {
  const Pair equal = pair_of(1.0, 1.0, 1.0);
  EXPECT_DOUBLE_EQ(equal.loss, std::log(2.0));
  EXPECT_DOUBLE_EQ(equal.slope_first, -0.25);  // -beta sigmoid(0)
  EXPECT_DOUBLE_EQ(equal.slope_second, 0.25);
}

TEST(PreferenceLoss, OfATieHasExactlyNoGradient) {
  const Pair tie = pair_of(1.03, 0.97, 0.0);
  EXPECT_EQ(tie.slope_first, 0.0);
  EXPECT_EQ(tie.slope_second, 0.0);
}

TEST(PreferenceLoss, HasNoGradientBeyondTheClip) {
  const Pair far = pair_of(1.2, 0.95, 1.0);
  EXPECT_EQ(far.slope_first, 0.0);
  EXPECT_GT(far.slope_second, 0.0);
}

}  // namespace
}  // namespace rocm::objective
