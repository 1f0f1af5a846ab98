// SPDX-License-Identifier: Apache-2.0
#include "dist/communicator.hpp"

#include <array>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "dist/solo_communicator.hpp"
#include "tests/support/thread_communicator.hpp"

namespace rocm::dist {
namespace {

using test::run_ranks;

std::byte byte_of(int value) {
  return static_cast<std::byte>(value);
}

TEST(SoloCommunicator, ReducesToWhatItWasGiven) {
  SoloCommunicator alone;
  at::Tensor values = at::full({3}, 2.5, at::kDouble);
  alone.all_reduce(values, Reduction::kSum);
  EXPECT_TRUE(values.equal(at::full({3}, 2.5, at::kDouble)));
}

TEST(SoloCommunicator, GathersItsOwnBytes) {
  SoloCommunicator alone;
  const std::array mine{byte_of(3), byte_of(4)};
  std::array<std::byte, 2> everyone{};
  alone.all_gather(mine, everyone);
  EXPECT_EQ(everyone, mine);
}

TEST(SoloCommunicator, RefusesARootThatDoesNotExist) {
  SoloCommunicator alone;
  std::array<std::byte, 1> bytes{};
  EXPECT_THROW(alone.broadcast(bytes, 1), ContractViolation);
}

TEST(RanksAsThreads, SumEveryRanksValues) {
  run_ranks(4, [](Communicator& communicator) {
    at::Tensor values = at::full({2}, communicator.rank(), at::kLong);
    communicator.all_reduce(values, Reduction::kSum);
    EXPECT_TRUE(values.equal(at::full({2}, 0 + 1 + 2 + 3, at::kLong)));
  });
}

TEST(RanksAsThreads, FindTheLargestValue) {
  run_ranks(3, [](Communicator& communicator) {
    at::Tensor values = at::full({1}, -1.0 - communicator.rank(), at::kDouble);
    communicator.all_reduce(values, Reduction::kMax);
    EXPECT_EQ(values.item<double>(), -1.0);
  });
}

TEST(RanksAsThreads, GatherBytesInRankOrder) {
  run_ranks(3, [](Communicator& communicator) {
    const std::array mine{byte_of(communicator.rank()), byte_of(7)};
    std::array<std::byte, 6> everyone{};
    communicator.all_gather(mine, everyone);
    const std::array expected{byte_of(0), byte_of(7), byte_of(1),
                              byte_of(7), byte_of(2), byte_of(7)};
    EXPECT_EQ(everyone, expected);
  });
}

TEST(RanksAsThreads, BroadcastFromAnyRoot) {
  run_ranks(3, [](Communicator& communicator) {
    std::array bytes{byte_of(communicator.rank())};
    communicator.broadcast(bytes, 2);
    EXPECT_EQ(bytes.front(), byte_of(2));
  });
}

TEST(RanksAsThreads, ARankThatThrowsEndsTheOthersAndItsReasonIsTold) {
  const auto body = [](Communicator& communicator) {
    if (communicator.rank() == 1) throw std::runtime_error("rank 1 gives up");
    at::Tensor values = at::full({1}, 1, at::kLong);
    communicator.all_reduce(values, Reduction::kSum);
  };
  try {
    run_ranks(3, body);
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "rank 1 gives up");
  }
}

TEST(RanksAsThreads, ARankThatReturnsWhileOthersWaitIsAnError) {
  EXPECT_THROW(run_ranks(2,
                         [](Communicator& communicator) {
                           std::array<std::byte, 1> bytes{};
                           if (communicator.rank() == 0) communicator.broadcast(bytes, 0);
                         }),
               std::runtime_error);
}

TEST(RanksAsThreads, CallingDifferentCollectivesIsAnError) {
  EXPECT_THROW(
      run_ranks(2,
                [](Communicator& communicator) {
                  std::vector<std::byte> bytes(static_cast<std::size_t>(1 + communicator.rank()));
                  communicator.broadcast(bytes, 0);
                }),
      std::logic_error);
}

}  // namespace
}  // namespace rocm::dist
