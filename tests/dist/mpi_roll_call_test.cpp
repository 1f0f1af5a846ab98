// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <gtest/gtest.h>

#include "dist/mpi_communicator.hpp"
#include "dist/roll_call.hpp"

namespace rocm::dist {
namespace {

/// Returns when every rank has called it: what was sent before has then been sent.
void meet(MpiCommunicator& communicator) {
  std::vector<std::byte> everyone(static_cast<std::size_t>(communicator.world_size()));
  communicator.all_gather(std::array{std::byte{0}}, everyone);
}

/// Asks again while messages are on their way.
std::vector<int> missing_in_the_end(RollCall& roll_call, std::int64_t collective,
                                    std::size_t expected) {
  std::vector<int> ranks = roll_call.missing(collective);
  for (int again = 0; again < 100'000 && ranks.size() > expected; ++again)
    ranks = roll_call.missing(collective);
  return ranks;
}

TEST(MpiRollCall, MissesExactlyTheRankThatDoesNotAnswer) {
  MpiCommunicator communicator;
  const auto roll_call = open_mpi_roll_call();
  ASSERT_NE(roll_call, nullptr) << "this MPI lets only one thread speak";
  const int silent = communicator.world_size() - 1;
  if (communicator.rank() != silent) roll_call->answer(1);
  meet(communicator);
  if (communicator.rank() != silent) {
    EXPECT_EQ(missing_in_the_end(*roll_call, 1, 1), std::vector<int>{silent});
  } else {
    EXPECT_TRUE(missing_in_the_end(*roll_call, 1, 0).empty());
  }
  meet(communicator);
}

TEST(MpiRollCall, DoesNotTakeAnAnswerToAnEarlierCollectiveForOneToThis) {
  MpiCommunicator communicator;
  const auto roll_call = open_mpi_roll_call();
  ASSERT_NE(roll_call, nullptr) << "this MPI lets only one thread speak";
  roll_call->answer(1);
  meet(communicator);
  EXPECT_TRUE(missing_in_the_end(*roll_call, 1, 0).empty());
  EXPECT_EQ(std::ssize(roll_call->missing(2)), communicator.world_size() - 1);
  meet(communicator);
}

}  // namespace
}  // namespace rocm::dist
