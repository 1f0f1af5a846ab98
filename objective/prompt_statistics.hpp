// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include <ATen/core/Tensor.h>

#include "objective/policy_gradient.hpp"

namespace rocm::objective {

/// The last rewards of every prompt, which tell a good sample of a hard prompt from a bad one of an
/// easy prompt. A batch is pushed first; then each reward is normalised with mean and population
/// deviation (+ 1e-6) of its prompt, or of the whole batch while the prompt has too few. Source:
/// DDPO's and RLCM's per-prompt stat tracking.
class PromptStatistics {
 public:
  /// buffer: rewards kept per prompt; min_count: from how many on a prompt stands for itself.
  PromptStatistics(std::int64_t buffer, std::int64_t min_count)
      : buffer_(static_cast<std::size_t>(buffer)),
        min_count_(static_cast<std::size_t>(min_count)) {}

  [[nodiscard]] std::vector<double> advantages(const BatchRewards& batch);

  /// float64 [R, 2], rows (prompt, reward), oldest first within a prompt.
  [[nodiscard]] at::Tensor state() const;
  /// Throws Failure(kCheckpoint) if it is not what state() gives.
  void restore(const at::Tensor& state);

 private:
  void push(std::int64_t prompt, double reward);

  std::size_t buffer_;
  std::size_t min_count_;
  std::map<std::int64_t, std::deque<double>> rewards_;
};

}  // namespace rocm::objective
