// SPDX-License-Identifier: Apache-2.0
#include "launcher/step_judge.hpp"

#include <cmath>

#include <fmt/format.h>

#include "dist/agreement.hpp"
#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"

namespace rocm::launcher {
namespace {

constexpr std::int64_t kMostSkippedInARow = 10;
constexpr double kLeastPull = 0.05;  ///< share of a divergence's pull, before a warning

}  // namespace

void StepJudge::judge(const StepReport& report) {
  judge_numerics(report);
  judge_divergence(report);
}

void StepJudge::judge_numerics(const StepReport& report) {
  skipped_in_row_ = report.skipped ? skipped_in_row_ + 1 : 0;
  const bool finite = std::isfinite(report.batch.loss) && std::isfinite(report.grad_norm);
  if (speaks_ && !finite)
    Log::warn(fmt::format(
        "step {}: the loss or its gradient is not finite; {}", report.step,
        report.skipped ? "no parameter was changed" : "its other passes changed parameters"));
  if (!report.skipped) return;
  const bool learned_nothing = report.step == iterations_ && skipped_in_row_ == report.step;
  if (skipped_in_row_ < kMostSkippedInARow && !learned_nothing) return;
  throw dist::SharedFailure(
      ExitCode::kNumerics,
      Complaint{.where = fmt::format("step {}", report.step),
                .problem = fmt::format("{} steps in a row had no finite loss and gradient",
                                       skipped_in_row_),
                .because = "the policy does not recover from this",
                .advice = "look for NaN in the model and the adapter, or go back to a checkpoint "
                          "with a smaller optimizer.learning_rate or a larger objective.beta"}
          .str());
}

/// Divergences that are bounded lose their gradient when policy and reference have parted.
void StepJudge::judge_divergence(const StepReport& report) {
  const bool saturated = report.beta > 0.0 && report.batch.pull_left < kLeastPull;
  if (warned_of_saturation_ || !saturated) return;
  warned_of_saturation_ = true;
  if (!speaks_) return;
  Log::warn(fmt::format(
      "step {}: the divergence has stopped working: {:.1f} % of its pull are left (the policy is "
      "too far from the reference). Use objective.reduction = \"mean\", a larger objective.beta, "
      "or a divergence that does not saturate (kl).",
      report.step, 100.0 * report.batch.pull_left));
}

}  // namespace rocm::launcher
