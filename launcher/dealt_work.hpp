// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "dist/communicator.hpp"
#include "dist/topology.hpp"

namespace rocm::launcher {

/// The numbers that `measure` finds of one item, as many for each.
using MeasureItem = std::function<std::vector<double>(std::int64_t item)>;

/// Measures `count` items, dealt to the ranks one by one: item i to rank i mod world_size. Every
/// rank gets the numbers of all items in their order, so that they are the same for every number of
/// ranks. Ranks meet after each round, which none can outrun, and `on_done` hears how many items
/// are done. Collective: what `measure` throws on one rank, all of them throw.
[[nodiscard]] std::vector<double> measure_dealt(
    dist::Communicator& communicator, const dist::Topology& topology, std::int64_t count,
    const MeasureItem& measure, const std::function<void(std::int64_t done)>& on_done);

}  // namespace rocm::launcher
