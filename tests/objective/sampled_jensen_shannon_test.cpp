// SPDX-License-Identifier: Apache-2.0
#include "objective/sampled_jensen_shannon.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include <ATen/ops/dot.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "dist/base/contract.hpp"
#include "model/keyed_noise.hpp"

namespace rocm::objective {
namespace {

at::Tensor normal(std::uint32_t number, std::int64_t count) {
  return model::keyed_noise({.seed = 31, .sample = number}, 1, {count})[0].to(at::kDouble);
}

struct Draw {
  double value;
  double slope;  ///< d/d(Delta^2)
};

Draw sampled(double delta, double v) {
  const auto result = SampledJensenShannon(1)(at::full({1}, delta * delta, at::kDouble), 1.0,
                                              at::full({1, 1}, v, at::kDouble));
  return {.value = result.value_B.item<double>(), .slope = result.slope_B.item<double>()};
}

/// f(e^l) as it is written.
double generator_as_written(double l) {
  const double t = std::exp(l);
  return 0.5 * (t * l - (1.0 + t) * std::log((1.0 + t) / 2.0));
}

double log_ratio(double delta, double v) {
  return -0.5 * delta * delta - delta * v;
}

constexpr std::int64_t kDraws = 50, kSamples = 8'000;

/// Many samples at the same distance, each the mean of kDraws draws.
DivergenceValue many(double delta) {
  const at::Tensor v_SB =
      normal(static_cast<std::uint32_t>(1e3 * delta), kDraws * kSamples).view({kDraws, kSamples});
  return SampledJensenShannon(kDraws)(at::full({kSamples}, delta * delta, at::kDouble), 1.0, v_SB);
}

DivergenceValue exact(double delta) {
  return JensenShannon()(at::full({1}, delta * delta, at::kDouble), 1.0, {});
}

/// Of one draw.
double relative_std(const at::Tensor& sampled_B, const at::Tensor& mean) {
  return sampled_B.std().item<double>() * std::sqrt(static_cast<double>(kDraws)) /
         mean.item<double>();
}

/// Three standard errors of the mean.
double tolerance(const at::Tensor& sampled_B) {
  return 3.0 * sampled_B.std().item<double>() / std::sqrt(static_cast<double>(kSamples));
}

constexpr std::array kDeltas = {0.01, 0.1, 0.5, 1.0, 1.5, 2.0};
constexpr std::array kDeviates = {-4.0, -1.3, -0.2, 0.0, 0.4, 2.1};

TEST(SampledJensenShannon, IsTheGeneratorOfTheDensityRatio) {
  for (const double delta : {0.1, 0.5, 1.0, 2.0, 6.0})
    for (const double v : kDeviates) {
      const double expected = generator_as_written(log_ratio(delta, v));
      EXPECT_NEAR(sampled(delta, v).value, expected, 1e-14 * (1.0 + expected))
          << "Delta " << delta << ", v " << v;
    }
}

TEST(SampledJensenShannon, KeepsItsDigitsNearZero) {
  // f(e^l) = l^2/8 + l^3/16 + ..., where the formula as written has lost them all.
  const double l = log_ratio(1e-7, 1.0);
  EXPECT_NEAR(sampled(1e-7, 1.0).value / (l * l * (1.0 / 8.0 + l / 16.0)), 1.0, 1e-13);
}

TEST(SampledJensenShannon, IsContinuousWhereTheFormulaChanges) {
  const double v = -1.5, at_one = 1.5 - std::sqrt(1.5 * 1.5 - 2.0);  // l = 1 there
  EXPECT_NEAR(sampled(at_one - 1e-9, v).value, sampled(at_one + 1e-9, v).value, 1e-8);
}

TEST(SampledJensenShannon, HasTheSlopeOfFiniteDifferences) {
  for (const double delta : {0.05, 0.5, 1.0, 2.0, 4.0})
    for (const double v : kDeviates) {
      const double q = delta * delta, h = 1e-3 * q;
      const auto value = [&](double steps) { return sampled(std::sqrt(q + steps * h), v).value; };
      const double measured = (8 * (value(1) - value(-1)) - (value(2) - value(-2))) / (12 * h);
      EXPECT_NEAR(sampled(delta, v).slope, measured, 1e-9 * std::max(1.0, std::abs(measured)))
          << "Delta " << delta << ", v " << v;
    }
}

TEST(SampledJensenShannon, AndItsPullAreExactlyZeroWithoutDistanceForEveryDraw) {
  for (const double v : kDeviates) {
    EXPECT_EQ(sampled(0.0, v).value, 0.0) << v;
    EXPECT_DOUBLE_EQ(sampled(0.0, v).slope, v * v / 8.0);  // finite, so that 0 times it is 0
  }
}

TEST(SampledJensenShannon, StaysFiniteForEveryDistanceAndDraw) {
  for (const double delta : {1e-160, 1e-8, 30.0, 1e3, 1e8})
    for (const double v : {-8.6, 0.0, 8.6}) {
      const Draw draw = sampled(delta, v);
      EXPECT_TRUE(std::isfinite(draw.value) && std::isfinite(draw.slope)) << delta << ", " << v;
    }
  EXPECT_DOUBLE_EQ(sampled(1e3, 0.0).value, std::numbers::ln2 / 2.0);
}

TEST(SampledJensenShannon, IsUnbiasedInValueAndGradient) {
  for (const double delta : kDeltas) {
    const DivergenceValue drawn = many(delta), expected = exact(delta);
    EXPECT_NEAR(drawn.value_B.mean().item<double>(), expected.value_B.item<double>(),
                tolerance(drawn.value_B))
        << "Delta " << delta;
    EXPECT_NEAR(drawn.slope_B.mean().item<double>(), expected.slope_B.item<double>(),
                tolerance(drawn.slope_B))
        << "Delta " << delta;
  }
}

TEST(SampledJensenShannon, HasTheNoiseThatTheDocumentsSay) {
  // Relative standard deviations of one draw by quadrature: docs/objective.md.
  struct Noise {
    double delta, value, slope;
  };

  for (const Noise& noise : {Noise{0.01, 1.41, 1.41}, {0.1, 1.42, 1.43}, {0.5, 1.61, 1.85}}) {
    const DivergenceValue drawn = many(noise.delta), mean = exact(noise.delta);
    EXPECT_NEAR(relative_std(drawn.value_B, mean.value_B), noise.value, 0.04) << noise.delta;
    EXPECT_NEAR(relative_std(drawn.slope_B, mean.slope_B), noise.slope, 0.08) << noise.delta;
  }
}

TEST(SampledJensenShannon, AveragesItsDraws) {
  const at::Tensor q_B = at::full({1}, 0.49, at::kDouble);
  const auto both =
      SampledJensenShannon(2)(q_B, 1.0, at::tensor({0.3, -1.1}, at::kDouble).view({2, 1}));
  const Draw first = sampled(0.7, 0.3), second = sampled(0.7, -1.1);
  EXPECT_NEAR(both.value_B.item<double>(), (first.value + second.value) / 2.0, 1e-16);
  EXPECT_NEAR(both.slope_B.item<double>(), (first.slope + second.slope) / 2.0, 1e-16);
}

/// The paper's estimator in D dimensions as it is written, and its gradient at mu.
struct Literal {
  at::Tensor value;
  at::Tensor gradient_D;
};

Literal literally(const at::Tensor& mean_D, const at::Tensor& reference_D, const at::Tensor& u_D,
                  double sigma) {
  const at::Tensor leaf_D = mean_D.detach().clone().requires_grad_();
  const at::Tensor x_D = leaf_D.add(u_D, sigma);
  const auto log_density = [&](const at::Tensor& centre_D) {
    return x_D.sub(centre_D).pow(2).sum().div(-2.0 * sigma * sigma);
  };
  const at::Tensor l = log_density(reference_D).sub(log_density(leaf_D));
  const at::Tensor t = l.exp();
  const at::Tensor value = t.mul(l).sub(t.add(1.0).mul(t.add(1.0).div(2.0).log())).div(2.0);
  return {.value = value.detach(), .gradient_D = torch::autograd::grad({value}, {leaf_D})[0]};
}

TEST(SampledJensenShannon, IsTheEstimatorInManyDimensionsWithoutTheNoiseAcross) {
  constexpr double sigma = 0.4;
  const at::Tensor mean_D = normal(1, 6), reference_D = mean_D.add(normal(2, 6), 0.15);
  const at::Tensor d_D = mean_D.sub(reference_D).div(sigma), u_D = normal(3, 6);
  const double delta = d_D.norm().item<double>();
  const at::Tensor along_D = d_D.div(delta);
  const double v = at::dot(along_D, u_D).item<double>();
  const at::Tensor reflected_D = along_D.mul(2.0 * v).sub(u_D);  // the same v, the rest reversed

  const Draw scalar = sampled(delta, v);
  const Literal one = literally(mean_D, reference_D, u_D, sigma);
  const Literal other = literally(mean_D, reference_D, reflected_D, sigma);
  EXPECT_NEAR(scalar.value, one.value.item<double>(), 1e-14);
  EXPECT_NEAR(scalar.value, other.value.item<double>(), 1e-14);
  const at::Tensor mean_gradient_D = one.gradient_D.add(other.gradient_D).div(2.0);
  const at::Tensor gradient_D = d_D.mul(2.0 * scalar.slope / sigma);  // slope times d(Delta^2)/dmu
  EXPECT_LT(gradient_D.sub(mean_gradient_D).abs().max().item<double>(), 1e-13);
}

TEST(SampledJensenShannon, TellsTheActiveFractionOfTheExactDivergence) {
  const at::Tensor q_B = at::full({1}, 0.25, at::kDouble);
  const auto result = SampledJensenShannon(1)(q_B, 1.0, at::full({1, 1}, 0.3, at::kDouble));
  EXPECT_TRUE(at::equal(result.active_fraction_B, exact(0.5).active_fraction_B));
}

TEST(SampledJensenShannon, NeedsARowForEveryDraw) {
  const at::Tensor q_B = at::full({1}, 0.49, at::kDouble);
  EXPECT_THROW((void)SampledJensenShannon(1)(q_B, 1.0, {}), ContractViolation);
  EXPECT_THROW((void)SampledJensenShannon(2)(q_B, 1.0, at::full({1, 1}, 0.1, at::kDouble)),
               ContractViolation);
  EXPECT_THROW((void)SampledJensenShannon(0), ContractViolation);
}

TEST(MakeDivergence, GivesTheSampledEstimatorForSoManyDraws) {
  EXPECT_EQ(make_divergence(DivergenceKind::kJensenShannon, 3)->draws(), 3);
  EXPECT_EQ(make_divergence(DivergenceKind::kJensenShannon)->draws(), 0);
  EXPECT_EQ(make_divergence(DivergenceKind::kKl, 3)->draws(), 0);
}

}  // namespace
}  // namespace rocm::objective
