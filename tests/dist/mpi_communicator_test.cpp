// SPDX-License-Identifier: Apache-2.0
#include "dist/mpi_communicator.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include "dist/agreement.hpp"
#include "dist/base/contract.hpp"
#include "dist/gradient_sum.hpp"
#include "dist/solo_communicator.hpp"
#include "dist/topology.hpp"

namespace rocm::dist {
namespace {

/// Every message of more than seven elements is cut into several.
constexpr std::int64_t kShortMessages = 7;

std::vector<std::int64_t> numbers_of(int rank, std::size_t count) {
  std::vector<std::int64_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), std::int64_t{1000} * rank);
  return numbers;
}

TEST(MpiCommunicator, AddsIntegersExactly) {
  MpiCommunicator communicator;
  const std::int64_t large = std::int64_t{1} << 60;
  at::Tensor values = at::full({3}, communicator.rank() == 0 ? large + 1 : 1, at::kLong);
  communicator.all_reduce(values, Reduction::kSum);
  EXPECT_TRUE(values.equal(at::full({3}, large + communicator.world_size(), at::kLong)));
}

TEST(MpiCommunicator, ReducesFloatsOfBothSizes) {
  MpiCommunicator communicator;
  const int last = communicator.world_size() - 1;
  for (const auto type : {at::kFloat, at::kDouble}) {
    at::Tensor largest = at::full({2}, 0.5 + communicator.rank(), type);
    communicator.all_reduce(largest, Reduction::kMax);
    EXPECT_EQ(largest.sum().item<double>(), 2.0 * (0.5 + last));
    at::Tensor sum = at::full({2}, 0.25, type);
    communicator.all_reduce(sum, Reduction::kSum);
    EXPECT_EQ(sum.sum().item<double>(), 2.0 * 0.25 * communicator.world_size());
  }
}

TEST(MpiCommunicator, CutsALongReductionIntoPieces) {
  MpiCommunicator communicator(kShortMessages);
  at::Tensor values = at::arange(100, at::kLong);
  communicator.all_reduce(values, Reduction::kSum);
  EXPECT_TRUE(values.equal(at::arange(100, at::kLong).mul(communicator.world_size())));
}

TEST(MpiCommunicator, GathersInRankOrderInPiecesAndAtOnce) {
  for (const std::int64_t largest_message : {kShortMessages, std::int64_t{1} << 20}) {
    MpiCommunicator communicator(largest_message);
    const std::vector<std::int64_t> mine = numbers_of(communicator.rank(), 5);
    std::vector<std::int64_t> everyone(5 * static_cast<std::size_t>(communicator.world_size()));
    communicator.all_gather(std::as_bytes(std::span(mine)),
                            std::as_writable_bytes(std::span(everyone)));
    for (int rank = 0; rank < communicator.world_size(); ++rank)
      EXPECT_EQ(std::vector(everyone.begin() + 5 * rank, everyone.begin() + 5 * (rank + 1)),
                numbers_of(rank, 5))
          << "messages of " << largest_message;
  }
}

TEST(MpiCommunicator, BroadcastsFromEveryRootInPieces) {
  MpiCommunicator communicator(kShortMessages);
  for (int root = 0; root < communicator.world_size(); ++root) {
    std::vector<std::int64_t> numbers = numbers_of(communicator.rank(), 9);
    communicator.broadcast(std::as_writable_bytes(std::span(numbers)), root);
    EXPECT_EQ(numbers, numbers_of(root, 9));
  }
}

TEST(MpiCommunicator, RefusesATypeThatItCannotReduce) {
  MpiCommunicator communicator;
  at::Tensor values = at::full({1}, 1, at::kHalf);
  EXPECT_THROW(communicator.all_reduce(values, Reduction::kSum), ContractViolation);
}

/// An odd function of (unit, element): any other order of summation shows.
at::Tensor unit_gradient(int unit) {
  return at::arange(1000, at::kDouble)
      .add(1.0 + 0.37 * unit)
      .sin()
      .mul(std::exp2(9 - 3 * unit))
      .to(at::kFloat);
}

TEST(MpiCommunicator, SumsGradientsToTheBitsOfASingleRank) {
  MpiCommunicator communicator;
  SoloCommunicator alone;
  constexpr int kUnits = 4;
  std::vector<at::Tensor> all;
  for (int unit = 0; unit < kUnits; ++unit) all.push_back(unit_gradient(unit));
  const auto share = static_cast<std::size_t>(kUnits / communicator.world_size());
  const auto mine =
      std::span(all).subspan(static_cast<std::size_t>(communicator.rank()) * share, share);
  const at::Tensor together = sum_reproducibly(mine, kUnits, communicator).value();
  const at::Tensor apart = sum_reproducibly(all, kUnits, alone).value();
  EXPECT_TRUE(together.view(at::kInt).equal(apart.view(at::kInt)));
}

TEST(MpiCommunicator, AgreesAcrossProcesses) {
  MpiCommunicator communicator;
  EXPECT_TRUE(any_rank(communicator, communicator.rank() == communicator.world_size() - 1));
  EXPECT_FALSE(any_rank(communicator, false));
}

TEST(Discover, GivesEveryRankAHostAndAPlaceOnIt) {
  const Topology topology = discover();
  const MpiCommunicator communicator;
  EXPECT_EQ(topology.rank, communicator.rank());
  EXPECT_EQ(topology.world_size, communicator.world_size());
  EXPECT_EQ(std::ssize(topology.hosts), communicator.world_size());
  EXPECT_FALSE(topology.host().empty());
  EXPECT_EQ(topology.local_size, topology.world_size);  // the tests run on one machine
  EXPECT_EQ(topology.local_rank, topology.rank);
}

}  // namespace
}  // namespace rocm::dist
