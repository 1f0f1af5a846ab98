// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/adapter_plan.hpp"
#include "model/low_rank_adapter.hpp"

namespace rocm::model {

/// An exponential moving average of an adapter's leaves, e <- d e + (1 - d) p, for a policy that is
/// steadier than the last step's. Early on, when there is little to average, d is
/// min(decay, (1 + k) / (10 + k)) after k updates. Source: diffusers EMAModel.
class AdapterAverage {
 public:
  /// Starts from the adapter as it is.
  AdapterAverage(const LowRankAdapter& adapter, const AdapterPlan& plan, double decay);

  /// After optimiser update k, from 1.
  void update(const LowRankAdapter& adapter, std::int64_t k);

  /// The average, as an adapter of the same plan.
  [[nodiscard]] const LowRankAdapter& adapter() const { return average_; }

 private:
  double decay_;
  LowRankAdapter average_;
};

}  // namespace rocm::model
