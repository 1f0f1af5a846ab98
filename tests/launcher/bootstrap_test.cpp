// SPDX-License-Identifier: Apache-2.0
#include "launcher/bootstrap.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "model/keyed_noise.hpp"

namespace rocm::launcher {
namespace {

using Column = std::vector<double>;

const Column kScores{21.5, 19.25, 23.75, 20.0, 22.5, 18.0, 24.5, 21.0, 20.75, 22.25};

Interval interval_of(const Column& column, const Bootstrap& bootstrap) {
  return percentile_interval(bootstrap.means({column}).front(), bootstrap.confidence);
}

/// Standard normal deviates, others for each draw.
Column normal_sample(std::uint32_t draw, std::int64_t size) {
  const at::Tensor z = model::keyed_noise({.seed = 5, .step = 1, .sample = draw}, 1, {size});
  const float* data = z.const_data_ptr<float>();
  return {data, data + size};
}

TEST(PercentileInterval, InterpolatesAsNumPyDoes) {
  // numpy.percentile([4, 1, 3, 2, 8], [5, 95])
  const Interval interval = percentile_interval({4.0, 1.0, 3.0, 2.0, 8.0}, 0.9);
  EXPECT_NEAR(interval.low, 1.2, 1e-12);
  EXPECT_NEAR(interval.high, 7.2, 1e-12);
}

TEST(PercentileInterval, OfNothingIsNone) {
  EXPECT_TRUE(std::isnan(percentile_interval({}, 0.95).low));
  EXPECT_TRUE(std::isnan(percentile_interval({}, 0.95).high));
}

TEST(BootstrapInterval, IsThatOfNumPyWithTheSameRows) {
  const Interval with_0 = interval_of(kScores, {.seed = 0});
  EXPECT_NEAR(with_0.low, 20.175, 1e-12);
  EXPECT_NEAR(with_0.high, 22.525, 1e-12);
  const Interval with_7 = interval_of(kScores, {.seed = 7});
  EXPECT_NEAR(with_7.low, 20.175, 1e-12);
  EXPECT_NEAR(with_7.high, 22.525, 1e-12);
}

TEST(BootstrapInterval, IsNearSciPysWithOtherRows) {
  // scipy.stats.bootstrap((scores,), numpy.mean, method="percentile", n_resamples=200000)
  const Interval interval = interval_of(kScores, {});
  EXPECT_NEAR(interval.low, 20.175, 0.05);
  EXPECT_NEAR(interval.high, 22.525, 0.05);
}

TEST(BootstrapInterval, DrawsTheRowsThatPhiloxSays) {
  // Rows 1 5 2 3 2 1 3 2 8 6 in resample 0, by NumPy from the recipe in docs/noise.md.
  const auto means = Bootstrap{.resamples = 3}.means({kScores}).front();
  ASSERT_EQ(means.size(), 3U);
  EXPECT_NEAR(means[0], 21.3, 1e-12);
  EXPECT_NEAR(means[1], 21.6, 1e-12);
  EXPECT_NEAR(means[2], 21.475, 1e-12);
}

TEST(BootstrapInterval, IsTheSameForTheSameKey) {
  const Bootstrap bootstrap{.seed = 3};
  EXPECT_EQ(bootstrap.means({kScores}), bootstrap.means({kScores}));
  EXPECT_NE(bootstrap.means({kScores}), Bootstrap{.seed = 4}.means({kScores}));
}

TEST(BootstrapInterval, CoversTheMeanInNinetyFivePercentOfNormalSamples) {
  constexpr int kSamples = 1000;
  int covered = 0;
  for (std::uint32_t draw = 0; draw < kSamples; ++draw) {
    const Interval interval = interval_of(normal_sample(draw, 100), {.resamples = 400});
    covered += interval.low <= 0.0 && 0.0 <= interval.high ? 1 : 0;
  }
  // 0.95, of which a sample of 100 costs about 0.005; the standard error of this count is 0.007.
  EXPECT_NEAR(covered / static_cast<double>(kSamples), 0.945, 0.021);
}

TEST(BootstrapInterval, IsAsWideAsTheStandardErrorSays) {
  const Column sample = normal_sample(0, 400);
  const double mean = mean_of(sample);
  double variance = 0.0;
  for (const double x : sample) variance += (x - mean) * (x - mean) / 400.0;
  const Interval interval = interval_of(sample, {});
  EXPECT_NEAR(interval.high - interval.low, 2.0 * 1.96 * std::sqrt(variance / 400.0), 0.01);
}

TEST(BootstrapInterval, SeesTheSameRowsInEveryColumn) {
  Column other = kScores;
  for (double& x : other) x = 2.0 * x + 1.0;
  const auto means = Bootstrap{.resamples = 50}.means({kScores, other});
  for (std::size_t r = 0; r < 50; ++r) EXPECT_NEAR(means[1][r], 2.0 * means[0][r] + 1.0, 1e-12);
}

}  // namespace
}  // namespace rocm::launcher
