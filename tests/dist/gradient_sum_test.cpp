// SPDX-License-Identifier: Apache-2.0
#include "dist/gradient_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "dist/solo_communicator.hpp"
#include "tests/support/thread_communicator.hpp"

namespace rocm::dist {
namespace {

using test::run_ranks;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Values of both signs over some 60 powers of two: sums of them depend on their order.
at::Tensor uneven_gradient(int unit, at::ScalarType type) {
  constexpr std::int64_t kLength = 257;
  at::Tensor values = at::empty({kLength}, at::kDouble);
  double* value = values.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < kLength; ++i) {
    const double angle = 1.0 + 12.9898 * unit + 78.233 * static_cast<double>(i);
    value[i] = std::sin(angle) * std::exp2(30.0 * std::cos(7.0 * angle));
  }
  return values.to(type);
}

std::vector<at::Tensor> uneven_gradients(int num_units, at::ScalarType type) {
  std::vector<at::Tensor> units;
  for (int unit = 0; unit < num_units; ++unit) units.push_back(uneven_gradient(unit, type));
  return units;
}

std::optional<at::Tensor> sum_alone(const std::vector<at::Tensor>& units) {
  SoloCommunicator alone;
  return sum_reproducibly(units, std::ssize(units), alone);
}

/// The units of one rank: a contiguous block; the first ranks have one more when it must be.
std::span<const at::Tensor> share(std::span<const at::Tensor> units, int rank, int world_size) {
  const auto begin_of = [&](int r) {
    const auto ranks = static_cast<std::size_t>(world_size);
    const auto index = static_cast<std::size_t>(r);
    return index * (units.size() / ranks) + std::min(index, units.size() % ranks);
  };
  return units.subspan(begin_of(rank), begin_of(rank + 1) - begin_of(rank));
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) {
  const auto integers = a.scalar_type() == at::kDouble ? at::kLong : at::kInt;
  return a.scalar_type() == b.scalar_type() && a.view(integers).equal(b.view(integers));
}

void expect_same_bits_for_every_dealing(at::ScalarType type) {
  std::vector<at::Tensor> units = uneven_gradients(8, type);
  const at::Tensor expected = sum_alone(units).value();
  for (const bool reversed : {false, true}) {
    if (reversed) std::ranges::reverse(units);
    for (const int world_size : {1, 2, 3, 4, 8})
      run_ranks(world_size, [&](Communicator& communicator) {
        const auto mine = share(units, communicator.rank(), world_size);
        const auto sum = sum_reproducibly(mine, 8, communicator);
        EXPECT_TRUE(sum && same_bits(*sum, expected))
            << world_size << " ranks, " << (reversed ? "reversed" : "in order");
      });
  }
}

TEST(SumReproducibly, GivesTheSameBitsForEveryDealingAndOrderInFloat32) {
  expect_same_bits_for_every_dealing(at::kFloat);
}

TEST(SumReproducibly, GivesTheSameBitsForEveryDealingAndOrderInFloat64) {
  expect_same_bits_for_every_dealing(at::kDouble);
}

TEST(SumReproducibly, MattersBecauseThePlainSumDependsOnTheOrder) {
  std::vector<at::Tensor> units = uneven_gradients(8, at::kFloat);
  SoloCommunicator alone;
  const at::Tensor forward = sum_fast(units, alone).value();
  std::ranges::reverse(units);
  EXPECT_FALSE(same_bits(sum_fast(units, alone).value(), forward));
}

TEST(SumReproducibly, IsWithinItsBoundOfTheTrueSum) {
  const std::vector<at::Tensor> units = uneven_gradients(8, at::kDouble);
  const at::Tensor sum = sum_alone(units).value();
  double largest = 0.0;
  for (const at::Tensor& unit : units) largest = std::max(largest, unit.abs().max().item<double>());
  for (std::int64_t i = 0; i < sum.numel(); ++i) {
    long double truth = 0.0L;
    for (const at::Tensor& unit : units) truth += unit.const_data_ptr<double>()[i];
    const double value = sum.const_data_ptr<double>()[i];
    const double bound = 64.0 * std::ldexp(largest, -62) + std::ldexp(std::abs(value), -53);
    EXPECT_LE(std::abs(value - truth), bound) << "element " << i;
  }
}

TEST(SumReproducibly, KeepsWhatCancellationWouldLose) {
  const std::vector<at::Tensor> units{at::full({1}, 1e8, at::kFloat),
                                      at::full({1}, 1.0, at::kFloat),
                                      at::full({1}, -1e8, at::kFloat)};
  EXPECT_EQ(sum_alone(units)->item<float>(), 1.0F);
}

TEST(SumReproducibly, OfTheLargestMantissaDoesNotOverflowForAnyNumberOfUnits) {
  const double almost_two = std::nextafter(2.0, 0.0);
  for (const int num_units : {1, 2, 3, 4, 5, 63, 64, 65, 1000}) {
    const std::vector<at::Tensor> units(static_cast<std::size_t>(num_units),
                                        at::full({2}, almost_two, at::kDouble));
    const double value = sum_alone(units)->select(0, 1).item<double>();
    EXPECT_NEAR(value, num_units * almost_two, 1e-9) << num_units << " units";
  }
}

TEST(SumReproducibly, OfAMillionUnitsStillFits) {
  SoloCommunicator alone;
  const std::vector<at::Tensor> unit{at::full({1}, -3.0, at::kFloat)};
  EXPECT_EQ(sum_reproducibly(unit, 1'000'000, alone)->item<float>(), -3.0F);
}

TEST(SumReproducibly, OfZerosIsZero) {
  const std::vector<at::Tensor> units(3, at::zeros({4}, at::kFloat));
  EXPECT_TRUE(sum_alone(units)->equal(at::zeros({4}, at::kFloat)));
}

TEST(SumReproducibly, OfDenormalsIsExact) {
  const float smallest = std::numeric_limits<float>::denorm_min();
  const std::vector<at::Tensor> floats(4, at::full({1}, smallest, at::kFloat));
  EXPECT_EQ(sum_alone(floats)->item<float>(), 4.0F * smallest);
  const double tiny = std::numeric_limits<double>::denorm_min();
  const std::vector<at::Tensor> doubles(4, at::full({1}, tiny, at::kDouble));
  EXPECT_EQ(sum_alone(doubles)->item<double>(), 4.0 * tiny);
}

TEST(SumReproducibly, OfTheLargestFiniteValueIsExact) {
  for (const auto type : {at::kFloat, at::kDouble}) {
    const double largest =
        type == at::kFloat ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
    const std::vector<at::Tensor> units{at::full({1}, largest, type), at::full({1}, 0.0, type)};
    EXPECT_EQ(sum_alone(units)->item<double>(), largest) << c10::toString(type);
  }
}

TEST(SumReproducibly, IsRefusedWhenItCannotBeRepresented) {
  for (const auto type : {at::kFloat, at::kDouble}) {
    const double largest =
        type == at::kFloat ? std::numeric_limits<float>::max() : std::numeric_limits<double>::max();
    const std::vector<at::Tensor> units(2, at::full({1}, largest, type));
    EXPECT_FALSE(sum_alone(units)) << c10::toString(type);
  }
}

TEST(SumReproducibly, LeavesTheGradientsOfTheUnitsAlone) {
  const std::vector<at::Tensor> units = uneven_gradients(2, at::kDouble);
  const at::Tensor before = units.front().clone();
  static_cast<void>(sum_alone(units));
  EXPECT_TRUE(same_bits(units.front(), before));
}

TEST(SumReproducibly, FindsOneBadElementOfOneRankOnEveryRank) {
  for (const double bad : {kNan, kInfinity, -kInfinity})
    run_ranks(4, [&](Communicator& communicator) {
      std::vector<at::Tensor> mine = uneven_gradients(2, at::kFloat);
      if (communicator.rank() == 2) mine.back()[5] = bad;
      EXPECT_FALSE(sum_reproducibly(mine, 8, communicator)) << bad;
    });
}

TEST(SumFast, AddsEveryUnitOfEveryRank) {
  run_ranks(3, [](Communicator& communicator) {
    const std::vector<at::Tensor> mine(2, at::full({3}, 1.0 + communicator.rank(), at::kFloat));
    EXPECT_TRUE(sum_fast(mine, communicator)->equal(at::full({3}, 2.0 + 4.0 + 6.0, at::kFloat)));
  });
}

TEST(SumFast, FindsOneBadElementOfOneRankOnEveryRank) {
  for (const double bad : {kNan, kInfinity})
    run_ranks(3, [&](Communicator& communicator) {
      std::vector<at::Tensor> mine = uneven_gradients(1, at::kFloat);
      if (communicator.rank() == 1) mine.back()[0] = bad;
      EXPECT_FALSE(sum_fast(mine, communicator)) << bad;
    });
}

TEST(GradientSum, RefusesUnitsOfDifferentLengths) {
  const std::vector<at::Tensor> units{at::zeros({2}), at::zeros({3})};
  EXPECT_THROW(static_cast<void>(sum_alone(units)), ContractViolation);
}

TEST(GradientSum, RefusesMoreUnitsThanThereAreEverywhere) {
  SoloCommunicator alone;
  const std::vector<at::Tensor> units(3, at::zeros({2}));
  EXPECT_THROW(static_cast<void>(sum_reproducibly(units, 2, alone)), ContractViolation);
}

TEST(GradientSum, RefusesARankWithoutUnits) {
  SoloCommunicator alone;
  EXPECT_THROW(static_cast<void>(sum_fast({}, alone)), ContractViolation);
}

}  // namespace
}  // namespace rocm::dist
