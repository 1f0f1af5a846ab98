// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/records/record_layout.hpp"
#include "launcher/assembly.hpp"

namespace rocm::launcher {

/// Whether a run writes trajectory files: they hold transitions, which a sampler without noise
/// (DDIM with eta 0) has none of.
[[nodiscard]] bool records_trajectories(const Assembly& assembly);

/// What the trajectory files of a run say about it as a whole.
[[nodiscard]] data::RecordPlan record_plan(const Assembly& assembly, int world_size);

}  // namespace rocm::launcher
