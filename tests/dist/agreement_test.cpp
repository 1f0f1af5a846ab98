// SPDX-License-Identifier: Apache-2.0
#include "dist/agreement.hpp"

#include <array>
#include <functional>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "dist/solo_communicator.hpp"
#include "tests/support/thread_communicator.hpp"

namespace rocm::dist {
namespace {

using test::make_topology;
using test::run_ranks;

struct Told {
  ExitCode code = ExitCode::kOk;
  std::string text;
};

/// Runs `body` on every rank and returns what each was told by a SharedFailure, if anything.
std::vector<Told> told_on_every_rank(
    int world_size, const std::function<void(Communicator&, const Topology&)>& body) {
  std::vector<Told> told(static_cast<std::size_t>(world_size));
  run_ranks(world_size, [&](Communicator& communicator) {
    try {
      body(communicator, make_topology(communicator.rank(), world_size));
    } catch (const SharedFailure& failure) {
      told[static_cast<std::size_t>(communicator.rank())] = {failure.code(), failure.what()};
    }
  });
  return told;
}

std::vector<Told> compare_digests(const std::vector<int>& digests, ExitCode code) {
  return told_on_every_rank(static_cast<int>(digests.size()), [&](Communicator& communicator,
                                                                  const Topology& topology) {
    std::array<std::byte, 32> digest{};
    digest.back() = static_cast<std::byte>(digests[static_cast<std::size_t>(communicator.rank())]);
    require_same_everywhere(communicator, topology, "configuration", digest, code);
  });
}

TEST(AnyRank, IsTrueEverywhereWhenOneRankSaysSo) {
  run_ranks(4, [](Communicator& communicator) {
    EXPECT_TRUE(any_rank(communicator, communicator.rank() == 2));
  });
}

TEST(AnyRank, IsFalseWhenNobodySaysSo) {
  run_ranks(4, [](Communicator& communicator) { EXPECT_FALSE(any_rank(communicator, false)); });
}

TEST(GatherInRankOrder, KeepsEveryRanksOwnOrderAndNumberOfValues) {
  run_ranks(3, [](Communicator& communicator) {
    const std::vector<double> mine(static_cast<std::size_t>(communicator.rank()),
                                   0.5 + communicator.rank());
    EXPECT_EQ(gather_in_rank_order(communicator, mine), (std::vector<double>{1.5, 2.5, 2.5}));
  });
}

TEST(GatherInRankOrder, OfNothingIsNothing) {
  run_ranks(2, [](Communicator& communicator) {
    EXPECT_TRUE(gather_in_rank_order(communicator, {}).empty());
  });
}

TEST(RequireSameEverywhere, SaysNothingWhenAllRanksAgree) {
  for (const Told& told : compare_digests({5, 5, 5, 5}, ExitCode::kUsage))
    EXPECT_EQ(told.code, ExitCode::kOk);
}

TEST(RequireSameEverywhere, NamesTheOddRankAndItsHostOnEveryRank) {
  for (const Told& told : compare_digests({5, 5, 6, 5}, ExitCode::kUsage)) {
    EXPECT_EQ(told.code, ExitCode::kUsage);
    EXPECT_EQ(told.text,
              "configuration: not the same on all 4 ranks: rank 2 on node1 differs (ranks that "
              "compute different things would train a mixture). start every rank with the same "
              "program, configuration and files.");
  }
}

TEST(RequireSameEverywhere, NamesRankZeroWhenThatIsTheOddOne) {
  const auto told = compare_digests({4, 5, 5, 5}, ExitCode::kUsage);
  EXPECT_NE(told.back().text.find(": rank 0 on node0 differs"), std::string::npos)
      << told.back().text;
}

TEST(RequireSameEverywhere, SidesWithRankZeroWhenTheCampsAreEqual) {
  const auto told = compare_digests({5, 6, 6, 5}, ExitCode::kUsage);
  EXPECT_NE(told.back().text.find(": rank 1 on node0, rank 2 on node1 differ ("), std::string::npos)
      << told.back().text;
}

TEST(RequireSameEverywhere, NamesEveryRankOutsideTheLargestCamp) {
  const auto told = compare_digests({1, 2, 3, 3}, ExitCode::kUsage);
  EXPECT_NE(told.back().text.find(": rank 0 on node0, rank 1 on node0 differ ("), std::string::npos)
      << told.back().text;
}

TEST(RequireSameEverywhere, CallsParametersThatDriftedApartCorrupted) {
  const auto told = compare_digests({5, 6}, ExitCode::kNumerics);
  EXPECT_EQ(told.front().code, ExitCode::kNumerics);
  EXPECT_NE(told.front().text.find("distrust that machine"), std::string::npos)
      << told.front().text;
}

std::exception_ptr failure(const std::string& text) {
  return std::make_exception_ptr(Failure(ExitCode::kInput, text));
}

TEST(RethrowTogether, ReturnsWhenNobodyFailed) {
  for (const Told& told : told_on_every_rank(3, [](Communicator&c, const Topology&topology) {
         rethrow_together(c, topology, nullptr);
       }))
    EXPECT_EQ(told.code, ExitCode::kOk);
}

TEST(RethrowTogether, TellsEveryRankWhichRankFailedAndWhy) {
  const auto everyone = told_on_every_rank(3, [](Communicator& c, const Topology& topology) {
    rethrow_together(c, topology, c.rank() == 2 ? failure("unet: truncated") : nullptr);
  });
  for (const Told& told : everyone) {
    EXPECT_EQ(told.code, ExitCode::kInput);
    EXPECT_EQ(told.text, "rank 2 on node1: unet: truncated");
  }
}

TEST(RethrowTogether, TellsTheLowestFailingRanksReason) {
  const auto everyone = told_on_every_rank(3, [](Communicator& c, const Topology& topology) {
    rethrow_together(c, topology, c.rank() == 0 ? nullptr : failure(std::to_string(c.rank())));
  });
  for (const Told& told : everyone) EXPECT_EQ(told.text, "rank 1 on node0: 1");
}

TEST(RethrowTogether, NamesNoRankWhenAllFailed) {
  const auto everyone = told_on_every_rank(2, [](Communicator& c, const Topology& topology) {
    rethrow_together(c, topology, failure("no such file"));
  });
  for (const Told& told : everyone) EXPECT_EQ(told.text, "no such file");
}

TEST(RethrowTogether, GivesABugItsExitCode) {
  SoloCommunicator alone;
  const auto bug = std::make_exception_ptr(std::out_of_range("index 9"));
  try {
    rethrow_together(alone, Topology{}, bug);
    FAIL() << "nothing was thrown";
  } catch (const SharedFailure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kBug);
  }
}

}  // namespace
}  // namespace rocm::dist
