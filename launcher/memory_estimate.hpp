// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "launcher/assembly.hpp"

namespace rocm::launcher {

/// Memory of one rank at its peak.
struct MemoryEstimate {
  double resident_bytes = 0.0;  ///< the process with its weights, as it stands
  double working_bytes = 0.0;   ///< what a unit's rollout, backward pass and gradients add

  [[nodiscard]] double total_bytes() const { return resident_bytes + working_bytes; }
};

/// Bytes that a unit has allocated at most in each objective::Phase, in their order.
using PhasePeaks = std::array<double, 6>;

/// The same at one size of the latents.
struct PeaksAtArea {
  double area = 0.0;  ///< latent pixels
  PhasePeaks peaks{};
};

/// Every part on its own straight line through both sizes: activations grow with the area, since no
/// attention here keeps its square, while a reward's tower has its own size. So another part may
/// have the peak at `area` than at the sizes that were tried.
[[nodiscard]] PhasePeaks on_a_line(const PeaksAtArea& small, const PeaksAtArea& large, double area);

/// Evaluates the objective on one unit and watches the allocator: at the run's own size if that is
/// small, else at two small sizes, from which it is drawn on (on_a_line). Takes as long as those
/// units.
[[nodiscard]] MemoryEstimate estimate_memory(Assembly& assembly, int world_size);

/// model.checkpoint = "auto": how many step graphs fit beside everything else in the memory that is
/// free now, of which this rank may take 1 / `ranks_per_host` (all of it on a GPU, which no two
/// ranks share). Takes up to twice as long as estimate_memory.
[[nodiscard]] std::size_t step_graphs_that_fit(Assembly& assembly, int ranks_per_host);

}  // namespace rocm::launcher
