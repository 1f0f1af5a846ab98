// SPDX-License-Identifier: Apache-2.0
#include "objective/divergence.hpp"

#include <array>
#include <cmath>
#include <string>

#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

namespace rocm::objective {
namespace {

constexpr double kSigma = 0.4;

struct Numbers {
  double value;
  double slope;
  double active_fraction;
  double pull_left;
};

Numbers at_delta(DivergenceKind kind, double delta, double sigma = kSigma) {
  const auto divergence = make_divergence(kind);
  const auto result = (*divergence)(at::full({1}, delta * delta, at::kDouble), sigma, {});
  return {.value = result.value_B.item<double>(),
          .slope = result.slope_B.item<double>(),
          .active_fraction = result.active_fraction_B.item<double>(),
          .pull_left = result.pull_left_B.item<double>()};
}

double value(DivergenceKind kind, double delta) {
  return at_delta(kind, delta).value;
}

/// dD/d(Delta^2) by central differences of the value.
double numeric_slope(DivergenceKind kind, double delta) {
  const double q = delta * delta;
  const double h = 1e-4 * q;
  return (value(kind, std::sqrt(q + h)) - value(kind, std::sqrt(q - h))) / (2.0 * h);
}

constexpr std::array kEvery = {
    DivergenceKind::kKl,     DivergenceKind::kHellinger,     DivergenceKind::kJensenShannon,
    DivergenceKind::kFisher, DivergenceKind::kBhattacharyya, DivergenceKind::kTotalVariation};
constexpr std::array kDeltas = {0.01, 0.1, 0.5, 1.0, 2.0, 4.0, 8.0};

TEST(KlDivergence, EqualsHalfSquaredDistanceOverVariance) {
  for (const double delta : kDeltas)
    EXPECT_DOUBLE_EQ(value(DivergenceKind::kKl, delta), delta * delta / 2.0) << delta;
}

TEST(HellingerDivergence, IsOneMinusTheBhattacharyyaCoefficient) {
  constexpr std::array expected = {1.24999e-5, 0.00124922, 0.0307668, 0.117503,
                                   0.393469,   0.864665,   0.999665};
  for (std::size_t i = 0; i < kDeltas.size(); ++i)
    EXPECT_NEAR(value(DivergenceKind::kHellinger, kDeltas[i]), expected[i], 1e-5 * expected[i]);
}

TEST(HellingerDivergence, KeepsItsDigitsNearZero) {
  EXPECT_NEAR(value(DivergenceKind::kHellinger, 1e-8) / 1.25e-17, 1.0, 1e-14);
}

TEST(FisherDivergence, IsTwiceTheKlOverTheVariance) {
  for (const double delta : kDeltas)
    EXPECT_NEAR(value(DivergenceKind::kFisher, delta),
                2.0 * value(DivergenceKind::kKl, delta) / (kSigma * kSigma), 1e-9);
}

TEST(BhattacharyyaDistance, IsMinusTheLogOfOneMinusHellinger) {
  for (const double delta : kDeltas)
    EXPECT_NEAR(value(DivergenceKind::kBhattacharyya, delta),
                -std::log1p(-value(DivergenceKind::kHellinger, delta)), 1e-12);
}

TEST(TotalVariation, IsTheErrorFunctionOfHalfTheDistance) {
  for (const double delta : kDeltas)
    EXPECT_NEAR(value(DivergenceKind::kTotalVariation, delta),
                std::erf(delta / (2.0 * std::sqrt(2.0))), 1e-15);
}

TEST(EveryDivergence, HasTheAnalyticSlopeOfItsValue) {
  for (const DivergenceKind kind : kEvery)
    for (const double delta : {0.1, 0.5, 1.0, 2.0, 4.0})
      EXPECT_NEAR(at_delta(kind, delta).slope / numeric_slope(kind, delta), 1.0, 1e-6)
          << "kind " << static_cast<int>(kind) << " at Delta " << delta;
}

TEST(EveryDivergence, AndItsPullAreExactlyZeroWithoutDistance) {
  for (const DivergenceKind kind : kEvery) {
    const Numbers zero = at_delta(kind, 0.0);
    EXPECT_EQ(zero.value, 0.0) << static_cast<int>(kind);
    EXPECT_TRUE(std::isfinite(zero.slope)) << static_cast<int>(kind);
  }
}

TEST(EveryDivergence, StaysFiniteAtHugeDistances) {
  for (const DivergenceKind kind : kEvery) {
    const Numbers far = at_delta(kind, 1e3);
    EXPECT_TRUE(std::isfinite(far.value) && std::isfinite(far.slope)) << static_cast<int>(kind);
  }
}

TEST(ActiveFraction, IsOneAtThePeakOfASaturatingDivergenceAndVanishesBeyond) {
  EXPECT_NEAR(at_delta(DivergenceKind::kHellinger, 2.0).active_fraction, 1.0, 1e-12);
  EXPECT_NEAR(at_delta(DivergenceKind::kJensenShannon, 1.63625571669).active_fraction, 1.0, 1e-9);
  EXPECT_LT(at_delta(DivergenceKind::kHellinger, 8.0).active_fraction, 0.01);
  EXPECT_LT(at_delta(DivergenceKind::kJensenShannon, 8.0).active_fraction, 0.01);
}

TEST(ActiveFraction, IsOneForDivergencesThatNeverSaturate) {
  for (const auto kind :
       {DivergenceKind::kKl, DivergenceKind::kFisher, DivergenceKind::kBhattacharyya})
    EXPECT_EQ(at_delta(kind, 100.0).active_fraction, 1.0);
}

TEST(PullLeft, IsAllNearTheReferenceAndVanishesWhereADivergenceHasSaturated) {
  for (const auto kind : kEvery) {
    EXPECT_EQ(at_delta(kind, 0.0).pull_left, 1.0) << static_cast<int>(kind);
    EXPECT_NEAR(at_delta(kind, 0.01).pull_left, 1.0, 3e-5) << static_cast<int>(kind);
  }
  EXPECT_DOUBLE_EQ(at_delta(DivergenceKind::kHellinger, 4.0).pull_left, std::exp(-2.0));
  for (const auto kind : {DivergenceKind::kHellinger, DivergenceKind::kJensenShannon,
                          DivergenceKind::kTotalVariation})
    EXPECT_LT(at_delta(kind, 8.0).pull_left, 0.01) << static_cast<int>(kind);
  EXPECT_EQ(at_delta(DivergenceKind::kKl, 100.0).pull_left, 1.0);
}

TEST(MakeDivergence, GivesNothingForNone) {
  EXPECT_EQ(make_divergence(DivergenceKind::kNone), nullptr);
}

}  // namespace
}  // namespace rocm::objective
