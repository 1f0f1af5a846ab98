// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "dist/communicator.hpp"
#include "dist/topology.hpp"

namespace rocm::test {

/// Runs `body` once per rank, on `world_size` threads of this process. Float sums are taken in rank
/// order, so that a test gives the same digits every time. When a rank throws, or returns while
/// others wait for it, those are ended too; then the exception of the lowest rank that had a reason
/// of its own is rethrown here. Ranks that call different collectives throw as well.
void run_ranks(int world_size, const std::function<void(dist::Communicator&)>& body);

/// `rank` of `world_size`, two ranks a machine, on "node0", "node1", ...
[[nodiscard]] dist::Topology make_topology(int rank, int world_size);

}  // namespace rocm::test
