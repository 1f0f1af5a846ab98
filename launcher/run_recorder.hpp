// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "data/records/event_file.hpp"
#include "data/records/metrics_record.hpp"
#include "data/records/trajectory_record.hpp"
#include "data/run/run_folder.hpp"
#include "launcher/assembly.hpp"
#include "launcher/evaluator.hpp"
#include "launcher/trainer.hpp"

namespace rocm::launcher {

/// Which attempt of a run is being recorded.
struct Attempt {
  std::int64_t number = 1;     ///< of trajectories/attempt-001
  std::int64_t last_step = 0;  ///< steps done by earlier attempts
};

/// Writes down what a run does: every rank its trajectories, rank 0 metrics, curves and pictures.
/// Not collective. Throws Failure(kStorage).
class RunRecorder {
 public:
  RunRecorder(const data::RunFolder& folder, const Attempt& attempt, const Assembly& assembly,
              const dist::Communicator& communicator);

  void record(const Step& step);
  void record(const EvaluationReport& report);

  /// What was recorded is on the disk when it returns; before a checkpoint.
  void sync();
  /// A clean end of all files.
  void finish();

 private:
  void record_metrics(const StepReport& report);
  [[nodiscard]] double elapsed_s() const;

  const Assembly& assembly_;
  data::RunFolder folder_;
  std::int64_t num_transitions_;
  std::optional<data::TrajectoryRecord> trajectories_;  ///< unless records.every is 0
  std::optional<data::MetricsRecord> metrics_;          ///< rank 0
  std::optional<data::EventFile> events_;               ///< rank 0
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_step_end_ = start_;
};

}  // namespace rocm::launcher
