// SPDX-License-Identifier: Apache-2.0
#include "launcher/dealt_work.hpp"

#include <mutex>

#include <gtest/gtest.h>

#include "dist/agreement.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/thread_communicator.hpp"

namespace rocm::launcher {
namespace {

constexpr std::int64_t kItems = 7;

std::vector<double> item_and_square(std::int64_t item) {
  const auto x = static_cast<double>(item);
  return {x, x * x};
}

TEST(DealtWork, IsInTheOrderOfItemsOnAnyNumberOfRanks) {
  std::vector<double> expected;
  for (std::int64_t item = 0; item < kItems; ++item)
    for (const double value : item_and_square(item)) expected.push_back(value);
  for (const int ranks : {1, 2, 3, 7, 9}) {
    test::run_ranks(ranks, [&](dist::Communicator& communicator) {
      const auto topology = test::make_topology(communicator.rank(), ranks);
      EXPECT_EQ(measure_dealt(communicator, topology, kItems, item_and_square, [](auto) {}),
                expected)
          << "rank " << communicator.rank() << " of " << ranks;
    });
  }
}

TEST(DealtWork, TellsHowMuchIsDone) {
  test::run_ranks(3, [](dist::Communicator& communicator) {
    std::vector<std::int64_t> done;
    (void)measure_dealt(communicator, test::make_topology(communicator.rank(), 3), kItems,
                        item_and_square, [&](std::int64_t items) { done.push_back(items); });
    EXPECT_EQ(done, (std::vector<std::int64_t>{3, 6, 7}));
  });
}

TEST(DealtWork, OfOneRankThatFailsFailsOnAll) {
  std::mutex guard;
  int failed = 0;
  test::run_ranks(3, [&](dist::Communicator& communicator) {
    const auto measure = [](std::int64_t item) {
      if (item == 4) fail(ExitCode::kNumerics, {.where = "picture 4", .problem = "it is NaN"});
      return item_and_square(item);
    };
    try {
      (void)measure_dealt(communicator, test::make_topology(communicator.rank(), 3), kItems,
                          measure, [](auto) {});
    } catch (const dist::SharedFailure& failure) {
      const std::lock_guard lock(guard);
      EXPECT_EQ(failure.code(), ExitCode::kNumerics);
      ++failed;
    }
  });
  EXPECT_EQ(failed, 3);
}

}  // namespace
}  // namespace rocm::launcher
