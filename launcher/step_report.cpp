// SPDX-License-Identifier: Apache-2.0
#include "launcher/step_report.hpp"

#include <cmath>

#include <ATen/ops/full_like.h>
#include <ATen/ops/stack.h>

#include "dist/agreement.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kLoss = 0, kReward = 1, kDivergence = 2, kPenalty = 3, kPullLeft = 4,
                      kFirstRaw = 5;

/// One row per sample: loss, reward, summed divergence, penalty, pull left, raw rewards.
/// [B, columns] on the CPU; NaN where nothing was measured.
at::Tensor rows_of(const objective::UnitEvaluation& unit) {
  const bool measured = unit.divergence_MB.defined();
  const at::Tensor nothing_B =
      at::full_like(unit.reward_B, std::numeric_limits<double>::quiet_NaN());
  std::vector<at::Tensor> columns{
      unit.loss_B, unit.reward_B, measured ? unit.divergence_MB.sum(0) : nothing_B,
      measured ? unit.penalty_B : nothing_B, measured ? unit.pull_left_B : nothing_B};
  columns.insert(columns.end(), unit.raw_reward_B.begin(), unit.raw_reward_B.end());
  return at::stack(columns, 1).cpu().contiguous();
}

/// A table of doubles with named column access.
struct Table {
  std::vector<double> cells;
  std::size_t columns = 1;

  [[nodiscard]] std::size_t rows() const { return cells.size() / columns; }

  [[nodiscard]] double mean(std::size_t column) const {
    double sum = 0.0;
    for (std::size_t row = 0; row < rows(); ++row) sum += cells[row * columns + column];
    return sum / static_cast<double>(rows());
  }

  [[nodiscard]] double deviation(std::size_t column) const {
    const double centre = mean(column);
    double sum = 0.0;
    for (std::size_t row = 0; row < rows(); ++row) {
      const double distance = cells[row * columns + column] - centre;
      sum += distance * distance;
    }
    return std::sqrt(sum / static_cast<double>(rows()));
  }
};

}  // namespace

BatchScalars batch_scalars(std::span<const objective::UnitEvaluation> units,
                           dist::Communicator& communicator) {
  std::vector<double> mine;
  for (const objective::UnitEvaluation& unit : units) {
    const at::Tensor rows = rows_of(unit);
    const double* cells = rows.const_data_ptr<double>();
    mine.insert(mine.end(), cells, cells + rows.numel());
  }
  const std::size_t num_rewards = units.front().raw_reward_B.size();
  const Table table{.cells = dist::gather_in_rank_order(communicator, mine),
                    .columns = kFirstRaw + num_rewards};
  BatchScalars batch{.loss = table.mean(kLoss),
                     .reward = table.mean(kReward),
                     .reward_deviation = table.deviation(kReward),
                     .divergence = table.mean(kDivergence),
                     .penalty = table.mean(kPenalty),
                     .pull_left = table.mean(kPullLeft)};
  for (std::size_t i = 0; i < num_rewards; ++i)
    batch.raw_rewards.push_back(table.mean(kFirstRaw + i));
  return batch;
}

}  // namespace rocm::launcher
