// SPDX-License-Identifier: Apache-2.0
#include "objective/prompt_statistics.hpp"

#include <cmath>

#include <ATen/ops/empty.h>

#include "dist/base/contract.hpp"

namespace rocm::objective {
namespace {

constexpr double kLeastDeviation = 1e-6;

/// How far a value lies from the mean of others, in their deviations.
class Standard {
 public:
  template <class Values>
  explicit Standard(const Values& values) {
    const auto count = static_cast<double>(values.size());
    for (const double value : values) mean_ += value / count;
    double variance = 0.0;
    for (const double value : values) variance += (value - mean_) * (value - mean_) / count;
    deviation_ = std::sqrt(variance) + kLeastDeviation;
  }

  [[nodiscard]] double operator()(double value) const { return (value - mean_) / deviation_; }

 private:
  double mean_ = 0.0;
  double deviation_ = 0.0;
};

}  // namespace

/// A reward that is not finite costs its own step, not those after it.
void PromptStatistics::push(std::int64_t prompt, double reward) {
  std::deque<double>& kept = rewards_[prompt];
  if (!std::isfinite(reward)) return;
  kept.push_back(reward);
  if (kept.size() > buffer_) kept.pop_front();
}

std::vector<double> PromptStatistics::advantages(const BatchRewards& batch) {
  for (std::size_t i = 0; i < batch.reward.size(); ++i) push(batch.prompt_id[i], batch.reward[i]);
  const Standard of_batch(batch.reward);
  std::vector<double> advantages;
  for (std::size_t i = 0; i < batch.reward.size(); ++i) {
    const std::deque<double>& kept = rewards_.at(batch.prompt_id[i]);
    const bool enough = kept.size() >= min_count_;
    advantages.push_back(enough ? Standard(kept)(batch.reward[i]) : of_batch(batch.reward[i]));
  }
  return advantages;
}

at::Tensor PromptStatistics::state() const {
  std::int64_t rows = 0;
  for (const auto& [prompt, kept] : rewards_) rows += static_cast<std::int64_t>(kept.size());
  at::Tensor state_R2 = at::empty({rows, 2}, at::kDouble);
  auto* cell = state_R2.mutable_data_ptr<double>();
  for (const auto& [prompt, kept] : rewards_)
    for (const double reward : kept) {
      *cell++ = static_cast<double>(prompt);
      *cell++ = reward;
    }
  return state_R2;
}

void PromptStatistics::restore(const at::Tensor& state) {
  const bool fits = state.defined() && state.scalar_type() == at::kDouble && state.dim() == 2 &&
                    state.size(1) == 2;
  if (!fits)
    fail(ExitCode::kCheckpoint, {.where = "prompt statistics",
                                 .problem = "their state is missing or broken",
                                 .because = "advantages depend on the rewards before",
                                 .advice = "resume from another checkpoint"});
  rewards_.clear();
  const at::Tensor rows_R2 = state.contiguous();
  const auto* cell = rows_R2.const_data_ptr<double>();
  for (std::int64_t row = 0; row < rows_R2.size(0); ++row, cell += 2)
    push(static_cast<std::int64_t>(cell[0]), cell[1]);
}

}  // namespace rocm::objective
