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
#include "objective/rocm_objective.hpp"

namespace rocm::launcher {

/// One optimiser step and what it looked at on this rank.
struct Step {
  StepReport report;
  std::vector<WorkUnit> units;
  std::vector<objective::UnitEvaluation> evaluations;  ///< one per unit
};

/// Learns: draws this rank's share of the batch, evaluates the objective, agrees on one gradient
/// and takes one optimiser step with it.
class Trainer {
 public:
  /// How ranks make one gradient of many; nothing if any element anywhere is not finite.
  using GradientSum = std::function<std::optional<at::Tensor>(std::span<const at::Tensor> units)>;
  /// Which objective judges a step: with divergence "none" some steps are measured.
  using ObjectiveAt = std::function<const objective::RocmObjective&(std::int64_t step)>;

  struct Parts {
    const Workload& workload;
    ObjectiveAt objective_at;
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
  [[nodiscard]] std::vector<objective::UnitEvaluation> evaluate(
      std::int64_t k, std::span<const WorkUnit> units) const;
  [[nodiscard]] std::optional<at::Tensor> agree_on_gradient(
      std::span<const objective::UnitEvaluation> evaluations) const;
  /// Clips in place; the norm before clipping.
  [[nodiscard]] double clip(at::Tensor& gradient) const;

  Parts parts_;
  Settings settings_;
  Share share_;
};

}  // namespace rocm::launcher
