// SPDX-License-Identifier: Apache-2.0
#include "launcher/dealt_work.hpp"

#include <algorithm>

#include "dist/agreement.hpp"

namespace rocm::launcher {

std::vector<double> measure_dealt(dist::Communicator& communicator, const dist::Topology& topology,
                                  std::int64_t count, const MeasureItem& measure,
                                  const std::function<void(std::int64_t done)>& on_done) {
  const std::int64_t ranks = communicator.world_size();
  std::vector<double> all;
  for (std::int64_t first = 0; first < count; first += ranks) {
    const std::int64_t item = first + communicator.rank();
    const auto mine = dist::together(communicator, topology, [&] {
      return item < count ? measure(item) : std::vector<double>();
    });
    const auto round = dist::gather_in_rank_order(communicator, mine);
    all.insert(all.end(), round.begin(), round.end());
    on_done(std::min(first + ranks, count));
  }
  return all;
}

}  // namespace rocm::launcher
