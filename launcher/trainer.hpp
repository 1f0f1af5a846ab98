// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "dist/communicator.hpp"
#include "launcher/step_report.hpp"
#include "launcher/workload.hpp"
#include "model/adamw.hpp"
#include "model/learning_rate.hpp"
#include "objective/method.hpp"

namespace rocm::launcher {

/// One optimiser step and what it looked at on this rank.
struct Step {
  StepReport report;
  std::vector<objective::Unit> units;
  std::vector<objective::UnitEvaluation> evaluations;  ///< one per unit
};

/// Learns: draws this rank's share of the batch, lets the method judge it, agrees on one gradient
/// and takes one optimiser step with it (as many as the method asks for).
class Trainer {
 public:
  /// How ranks make one gradient of many; nothing if any element anywhere is not finite.
  using GradientSum = std::function<std::optional<at::Tensor>(std::span<const at::Tensor> units)>;

  struct Parts {
    const Workload& workload;
    objective::Method& method;
    model::LowRankAdapter& adapter;
    model::AdamW& optimizer;
    dist::Communicator& communicator;
    GradientSum sum_gradients;
  };

  struct Settings {
    std::int64_t batch_size = 1;
    std::int64_t micro_batch = 1;
    double max_grad_norm = 0.0;  ///< 0: no clipping
    model::LearningRateSchedule learning_rate;
  };

  Trainer(const Parts& parts, const Settings& settings);

  /// Optimiser step k, counted from 1. Collective.
  [[nodiscard]] Step step(std::int64_t k);

 private:
  /// One optimiser update: evaluates the batch and learns from it, unless loss or gradient is not
  /// finite; whether it did.
  bool update(const objective::Batch& batch, Step& step);
  [[nodiscard]] std::vector<objective::UnitEvaluation> evaluate(
      const objective::Batch& batch) const;
  [[nodiscard]] std::optional<at::Tensor> agree_on_gradient(
      std::span<const objective::UnitEvaluation> evaluations) const;
  /// Clips in place; the norm before clipping.
  [[nodiscard]] double clip(at::Tensor& gradient) const;
  void learn(at::Tensor& gradient, StepReport& report);

  Parts parts_;
  Settings settings_;
  Share share_;
};

}  // namespace rocm::launcher
