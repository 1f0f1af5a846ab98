// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "launcher/computation.hpp"
#include "launcher/evaluation_plan.hpp"
#include "launcher/fixed_adapter.hpp"
#include "launcher/progress.hpp"
#include "launcher/rank_group.hpp"
#include "launcher/scoring.hpp"

namespace rocm::launcher {

// Shape legend: L policies, P prompts, S seeds.

/// Draws and measures the pictures of one policy after the other; all ranks share those of a
/// policy. One policy's networks are in memory at a time.
class PolicyMeter {
 public:
  /// Reads the scores' weights. Collective.
  PolicyMeter(RankGroup& ranks, const EvaluationPlan& plan);

  /// [L, P, S], float64, of each score and then of the divergence. Collective, and equal on all
  /// ranks. Throws Failure(kNumerics) for a picture, Failure(kInput) for a score that is not
  /// finite.
  [[nodiscard]] std::vector<at::Tensor> measure();

 private:
  [[nodiscard]] Scores load_scores() const;
  [[nodiscard]] AdaptedGenerator load(const data::ComparedPolicy& policy) const;
  /// [P, S, measure]
  [[nodiscard]] at::Tensor measure(const data::ComparedPolicy& policy);
  [[nodiscard]] std::vector<double> measure_sample(const PictureDrawer& drawer,
                                                   const model::LowRankAdapter* adapter,
                                                   std::int64_t sample) const;

  RankGroup& ranks_;
  const EvaluationPlan& plan_;
  Computation computation_;
  Scores scores_;
  std::optional<Progress> progress_;  ///< rank 0's
  std::int64_t done_ = 0;             ///< pictures of the policies before
};

}  // namespace rocm::launcher
