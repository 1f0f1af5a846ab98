// SPDX-License-Identifier: Apache-2.0
#include "model/learning_rate.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace rocm::model {
namespace {

constexpr LearningRateSchedule kWarmThenConstant{.peak = 2.0, .warmup = 4, .iterations = 10};

TEST(LearningRate, RisesLinearlyAndLearnsFromTheFirstStepOn) {
  for (const std::int64_t k : {1, 2, 3, 4})
    EXPECT_DOUBLE_EQ(kWarmThenConstant.at_step(k), 2.0 * static_cast<double>(k) / 4.0)
        << "step " << k;
}

TEST(LearningRate, StaysAtItsPeakWhenConstant) {
  for (const std::int64_t k : {5, 10, 1000}) EXPECT_EQ(kWarmThenConstant.at_step(k), 2.0);
}

TEST(LearningRate, WithoutWarmUpStartsAtItsPeak) {
  for (const auto decay :
       {LearningRateDecay::kConstant, LearningRateDecay::kLinear, LearningRateDecay::kCosine}) {
    const LearningRateSchedule schedule{.peak = 3e-4, .iterations = 100, .decay = decay};
    EXPECT_EQ(schedule.at_step(1), 3e-4) << static_cast<int>(decay);
  }
}

/// Steps 4 to 10 of a run of 10 with 3 steps of warm-up, as transformers.optimization has them.
void expect_decay(LearningRateDecay decay, const std::vector<double>& expected) {
  const LearningRateSchedule schedule{.peak = 1.0, .warmup = 3, .iterations = 10, .decay = decay};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto k = static_cast<std::int64_t>(i) + 4;
    EXPECT_NEAR(schedule.at_step(k), expected[i], 1e-15) << "step " << k;
  }
}

TEST(LearningRate, FallsLinearlyAsTransformersDoes) {
  expect_decay(LearningRateDecay::kLinear,
               {1.0, 0.8571428571428571, 0.7142857142857143, 0.5714285714285714,
                0.42857142857142855, 0.2857142857142857, 0.14285714285714285});
}

TEST(LearningRate, FallsAlongHalfACosineAsTransformersDoes) {
  expect_decay(LearningRateDecay::kCosine,
               {1.0, 0.9504844339512095, 0.8117449009293668, 0.6112604669781572,
                0.38873953302184283, 0.18825509907063326, 0.04951556604879048});
}

TEST(LearningRate, IsZeroBeyondTheEndOfADecay) {
  for (const auto decay : {LearningRateDecay::kLinear, LearningRateDecay::kCosine}) {
    const LearningRateSchedule schedule{.peak = 1.0, .iterations = 10, .decay = decay};
    EXPECT_NEAR(schedule.at_step(11), 0.0, 1e-15) << static_cast<int>(decay);
    EXPECT_NEAR(schedule.at_step(500), 0.0, 1e-15) << static_cast<int>(decay);
  }
}

TEST(LearningRate, OfARunShorterThanItsWarmUpIsFinite) {
  const LearningRateSchedule schedule{
      .peak = 1.0, .warmup = 5, .iterations = 3, .decay = LearningRateDecay::kLinear};
  EXPECT_DOUBLE_EQ(schedule.at_step(3), 0.6);
  EXPECT_EQ(schedule.at_step(6), 1.0);
}

}  // namespace
}  // namespace rocm::model
