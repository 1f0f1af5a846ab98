// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "dist/communicator.hpp"
#include "objective/unit.hpp"

namespace rocm::launcher {

/// Means over the global batch, summed in sample order: the same bits on any number of ranks.
struct BatchScalars {
  double loss = 0.0;
  double reward = 0.0;
  double reward_deviation = 0.0;                                 ///< of the population
  double divergence = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not measured
  double penalty = std::numeric_limits<double>::quiet_NaN();     ///< weighted divergence; NaN too
  double pull_left =
      std::numeric_limits<double>::quiet_NaN();  ///< of the divergence, over transitions; NaN too
  std::vector<double> raw_rewards;               ///< one per reward
};

/// Collective. Units of this rank, in sample order.
[[nodiscard]] BatchScalars batch_scalars(std::span<const objective::UnitEvaluation> units,
                                         dist::Communicator& communicator);

/// What one optimiser step did; equal on all ranks but for the units.
struct StepReport {
  std::int64_t step = 0;
  BatchScalars batch;
  double grad_norm =
      0.0;  ///< of the last pass, before clipping; NaN if its gradient was not finite
  double learning_rate = 0.0;
  double beta = 0.0;    ///< weight of the divergence
  bool skipped = true;  ///< no parameter changed: the loss or its gradient was not finite
};

}  // namespace rocm::launcher
