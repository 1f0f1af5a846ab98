// SPDX-License-Identifier: Apache-2.0
#include "model/learning_rate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rocm::model {

double LearningRateSchedule::at_step(std::int64_t k) const {
  if (k <= warmup) return peak * static_cast<double>(k) / static_cast<double>(warmup);
  if (decay == LearningRateDecay::kConstant) return peak;
  const auto length = static_cast<double>(std::max<std::int64_t>(iterations - warmup, 1));
  const double progress = std::min(1.0, static_cast<double>(k - 1 - warmup) / length);
  if (decay == LearningRateDecay::kLinear) return peak * (1.0 - progress);
  return peak * 0.5 * (1.0 + std::cos(std::numbers::pi * progress));
}

}  // namespace rocm::model
