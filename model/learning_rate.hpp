// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace rocm::model {

enum class LearningRateDecay : std::uint8_t { kConstant, kLinear, kCosine };

/// Linear warm-up from 0 over `warmup` steps, then constant, or down to 0 at `iterations`
/// linearly or along half a cosine.
struct LearningRateSchedule {
  double peak = 1e-4;
  std::int64_t warmup = 0;
  std::int64_t iterations = 1;
  LearningRateDecay decay = LearningRateDecay::kConstant;

  /// For optimiser step k, counted from 1: the first step already learns.
  [[nodiscard]] double at_step(std::int64_t k) const;
};

}  // namespace rocm::model
