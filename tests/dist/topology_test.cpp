// SPDX-License-Identifier: Apache-2.0
#include "dist/topology.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/support/thread_communicator.hpp"

namespace rocm::dist {
namespace {

TEST(Topology, OfAProcessThatIsAloneHasOneRankOnOneHost) {
  const Topology alone;
  EXPECT_EQ(alone.name_of(0), "rank 0 on localhost");
  EXPECT_EQ(alone.host(), "localhost");
}

TEST(Topology, NamesRanksWithTheirHosts) {
  const Topology topology = test::make_topology(3, 6);
  EXPECT_EQ(topology.host(), "node1");
  EXPECT_EQ(topology.names_of({0, 5}), "rank 0 on node0, rank 5 on node2");
}

TEST(Topology, NamesAtMostEightRanks) {
  std::vector<int> ranks(11);
  std::iota(ranks.begin(), ranks.end(), 0);
  const std::string names = test::make_topology(0, 11).names_of(ranks);
  EXPECT_NE(names.find("rank 7 on node3 and 3 more"), std::string::npos) << names;
  EXPECT_EQ(names.find("rank 8"), std::string::npos) << names;
}

}  // namespace
}  // namespace rocm::dist
