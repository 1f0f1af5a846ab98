// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "launcher/assembly.hpp"

namespace rocm::launcher {

/// Memory of one rank at its peak.
struct MemoryEstimate {
  double resident_bytes = 0.0;  ///< the process with its weights, as it stands
  double working_bytes = 0.0;   ///< what a unit's rollout, backward pass and gradients add

  [[nodiscard]] double total_bytes() const { return resident_bytes + working_bytes; }
};

/// Evaluates the objective on one unit and watches the allocator: at the run's own size if that is
/// small, else at two small sizes, from which the peak is drawn on in a straight line: activations
/// grow with the area, since no attention here keeps its square. Takes as long as those units.
[[nodiscard]] MemoryEstimate estimate_memory(Assembly& assembly, int world_size);

/// model.checkpoint = "auto": how many step graphs fit beside everything else in the memory that is
/// free now, of which this rank may take 1 / `ranks_per_host` (all of it on a GPU, which no two
/// ranks share). Takes up to twice as long as estimate_memory.
[[nodiscard]] std::size_t step_graphs_that_fit(Assembly& assembly, int ranks_per_host);

}  // namespace rocm::launcher
