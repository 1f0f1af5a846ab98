// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "data/posix_file.hpp"

namespace rocm::data {

/// One line of metrics.jsonl. Numbers that are not finite become null.
struct StepMetrics {
  std::int64_t step = 0;  ///< optimiser step, from 1
  double loss = 0.0;
  double reward = 0.0;      ///< mean over the batch
  double reward_std = 0.0;  ///< of the population
  double divergence = 0.0;  ///< mean over samples of the sum over transitions
  double beta = 0.0;
  double grad_norm = 0.0;  ///< before clipping
  double learning_rate = 0.0;
  std::int64_t skipped = 0;                             ///< steps that changed no parameter
  double samples_per_s = 0.0;                           ///< [samples/s]
  double elapsed_s = 0.0;                               ///< [s]
  std::vector<std::pair<std::string, double>> rewards;  ///< by name; each becomes reward/NAME
};

/// A JSON object with the keys in the order above, without a line end; doubles in their shortest
/// form that reads back to the same bits.
[[nodiscard]] std::string metrics_line(const StepMetrics& metrics);

/// metrics.jsonl: one line per optimiser step, no step twice. For rank 0.
class MetricsRecord {
 public:
  /// Opens the file to go on after `last_step`: lines of later steps, and what a killed writer left
  /// unfinished, are dropped (atomically). Throws Failure(kStorage).
  MetricsRecord(std::filesystem::path path, std::int64_t last_step);

  /// Steps grow. The line is with the operating system when it returns: it survives a kill.
  /// Throws Failure(kStorage).
  void append(const StepMetrics& metrics);

  /// What was appended survives a power loss, too: call it before a checkpoint.
  void sync();

 private:
  std::filesystem::path path_;
  FileDescriptor file_;
  std::int64_t last_step_ = 0;
};

}  // namespace rocm::data
