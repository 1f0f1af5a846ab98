// SPDX-License-Identifier: Apache-2.0
#include "launcher/step_report.hpp"

#include <bit>
#include <cmath>

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "launcher/workload.hpp"
#include "tests/support/thread_communicator.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::run_ranks;

at::Tensor doubles(const std::vector<double>& values) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble);
}

/// One sample, two rewards. Numbers whose sum depends on the order in which they are added.
objective::UnitEvaluation unit_of_sample(std::int64_t sample) {
  const double x = std::exp2(static_cast<double>(sample % 5) * 11.0) / 3.0;
  objective::UnitEvaluation unit;
  unit.reward_B = doubles({x});
  unit.raw_reward_B = {doubles({0.1 * x}), doubles({x / 7.0})};
  unit.divergence_MB = doubles({x / 11.0, x / 13.0}).view({2, 1});
  unit.active_fraction_MB = doubles({x / 17.0, x / 19.0}).view({2, 1});
  unit.pull_left_B = doubles({x / 23.0});
  unit.penalty_B = doubles({x / 23.0});
  unit.loss_B = doubles({-0.3 * x});
  return unit;
}

std::vector<objective::UnitEvaluation> units_of(const Share& share) {
  std::vector<objective::UnitEvaluation> units;
  for (std::int64_t i = 0; i < share.count; ++i) units.push_back(unit_of_sample(share.first + i));
  return units;
}

/// What each of `ranks` ranks makes of 12 samples.
std::vector<BatchScalars> reports(int ranks) {
  std::vector<BatchScalars> all(static_cast<std::size_t>(ranks));
  run_ranks(ranks, [&](dist::Communicator& communicator) {
    const auto units = units_of(share_of(communicator.rank(), ranks, 12, 1));
    all[static_cast<std::size_t>(communicator.rank())] = batch_scalars(units, communicator);
  });
  return all;
}

std::vector<std::uint64_t> bits(const BatchScalars& batch) {
  std::vector<double> values{batch.loss,       batch.reward,  batch.reward_deviation,
                             batch.divergence, batch.penalty, batch.pull_left};
  values.insert(values.end(), batch.raw_rewards.begin(), batch.raw_rewards.end());
  std::vector<std::uint64_t> bits;
  for (const double value : values) bits.push_back(std::bit_cast<std::uint64_t>(value));
  return bits;
}

TEST(BatchScalars, HaveTheSameBitsOnAnyNumberOfRanks) {
  const auto alone = bits(reports(1).front());
  for (const int ranks : {2, 4})
    for (const BatchScalars& batch : reports(ranks)) EXPECT_EQ(bits(batch), alone) << ranks;
}

/// Two units of two samples, as one rank sees them.
BatchScalars of_four_samples(bool measured) {
  std::vector<objective::UnitEvaluation> units(2);
  units[0].reward_B = doubles({1.0, 2.0});
  units[1].reward_B = doubles({3.0, 6.0});
  for (auto& unit : units) {
    unit.raw_reward_B = {unit.reward_B.mul(2.0), unit.reward_B.sub(1.0)};
    unit.loss_B = unit.reward_B.mul(-10.0);
    if (!measured) continue;
    unit.divergence_MB = doubles({0.5, 1.0, 0.25, 2.0}).view({2, 2});
    unit.pull_left_B = doubles({0.75, 0.25});
    unit.penalty_B = doubles({0.25, 1.5});
  }
  BatchScalars batch;
  run_ranks(1,
            [&](dist::Communicator& communicator) { batch = batch_scalars(units, communicator); });
  return batch;
}

TEST(BatchScalars, AreMeansOverSamples) {
  const BatchScalars batch = of_four_samples(true);
  EXPECT_DOUBLE_EQ(batch.reward, 3.0);
  EXPECT_DOUBLE_EQ(batch.loss, -30.0);
  ASSERT_EQ(batch.raw_rewards.size(), 2U);
  EXPECT_DOUBLE_EQ(batch.raw_rewards[0], 6.0);
  EXPECT_DOUBLE_EQ(batch.raw_rewards[1], 2.0);
}

TEST(BatchScalars, HaveTheDeviationOfThePopulation) {
  // Of 1, 2, 3, 6: the mean of 4, 1, 0, 9 is 3.5.
  EXPECT_DOUBLE_EQ(of_four_samples(true).reward_deviation, std::sqrt(3.5));
}

TEST(BatchScalars, SumADivergenceOverTransitions) {
  // Each unit's samples diverge by 0.5 + 0.25 and 1 + 2.
  EXPECT_DOUBLE_EQ(of_four_samples(true).divergence, (0.75 + 3.0) / 2.0);
}

TEST(BatchScalars, SayNaNForADivergenceThatWasNotMeasured) {
  const BatchScalars batch = of_four_samples(false);
  EXPECT_TRUE(std::isnan(batch.divergence));
  EXPECT_DOUBLE_EQ(batch.reward, 3.0);
}

}  // namespace
}  // namespace rocm::launcher
