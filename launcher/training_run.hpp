// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "data/run/checkpoint_folder.hpp"
#include "data/run/run_folder.hpp"
#include "data/run/run_lease.hpp"
#include "dist/base/contract.hpp"
#include "launcher/assembly.hpp"
#include "launcher/command_line.hpp"
#include "launcher/environment.hpp"
#include "launcher/evaluator.hpp"
#include "launcher/preemption.hpp"
#include "launcher/progress.hpp"
#include "launcher/rank_group.hpp"
#include "launcher/run_recorder.hpp"
#include "launcher/step_judge.hpp"
#include "launcher/trainer.hpp"
#include "launcher/training_state.hpp"

namespace rocm::launcher {

/// One attempt of a training run, from the newest checkpoint (or from nothing) to the last step or
/// a polite request to stop. All members are collective.
class TrainingRun {
 public:
  /// `preemption` is watched from before the models were loaded, and outlives the run.
  TrainingRun(RankGroup& ranks, Assembly& assembly, const TrainRequest& request,
              const Preemption& preemption);

  /// kOk when all steps are done, kStopped when it was asked to stop and saved its state.
  [[nodiscard]] ExitCode run();

 private:
  void open_folder(const TrainRequest& request);
  [[nodiscard]] Attempt start_attempt(const TrainRequest& request);
  [[nodiscard]] std::int64_t open_attempt();
  void resume(const TrainRequest& request);
  [[nodiscard]] Trainer::Parts trainer_parts();
  [[nodiscard]] std::optional<at::Tensor> sum_gradients(std::span<const at::Tensor> units);

  [[nodiscard]] bool asked_to_stop();
  [[nodiscard]] bool owes_evaluation();
  ExitCode stop();

  void take(std::int64_t k);
  void compare_parameters(std::int64_t k);
  void save(std::int64_t k);
  void evaluate(std::int64_t k);
  void finish();

  RankGroup& ranks_;
  Assembly& assembly_;
  const Preemption& preemption_;
  const Config& config_;
  data::RunFolder folder_;
  StepJudge judge_;
  std::optional<data::RunLease> lease_;                ///< rank 0
  std::optional<data::CheckpointFolder> checkpoints_;  ///< rank 0
  model::AdamW optimizer_;
  std::optional<model::AdapterAverage> average_;  ///< with lora.ema
  std::unique_ptr<objective::Method> method_;
  TrainingState state_;
  std::int64_t done_ = 0;   ///< optimiser steps
  std::int64_t saved_ = 0;  ///< the newest step that a checkpoint holds
  std::vector<InputFile> inputs_;
  Workload workload_;
  std::optional<Evaluator> evaluator_;  ///< unless evaluation.every is 0
  std::optional<Trainer> trainer_;
  std::optional<RunRecorder> recorder_;
  std::optional<Progress> progress_;  ///< rank 0
};

}  // namespace rocm::launcher
