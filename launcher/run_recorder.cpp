// SPDX-License-Identifier: Apache-2.0
#include "launcher/run_recorder.hpp"

#include <string>
#include <utility>
#include <vector>

#include "data/image_file.hpp"
#include "data/whole_file.hpp"
#include "dist/base/due.hpp"
#include "launcher/evaluation_record.hpp"
#include "launcher/record_plan.hpp"
#include "launcher/trajectory_step.hpp"

namespace rocm::launcher {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::size_t kLargestGrid_B = std::size_t{1} << 30;

}  // namespace

RunRecorder::RunRecorder(const data::RunFolder& folder, const Attempt& attempt,
                         const Assembly& assembly, const dist::Communicator& communicator)
    : assembly_(assembly),
      folder_(folder),
      num_transitions_(
          static_cast<std::int64_t>(model::num_transitions(assembly.generator.policy.schedule()))) {
  if (records_trajectories(assembly)) {
    trajectories_.emplace(
        folder.attempt(attempt.number) / data::trajectory_file_name(communicator.rank()),
        record_plan(assembly, communicator.world_size()), communicator.rank());
  }
  if (communicator.rank() != 0) return;
  metrics_.emplace(folder.metrics(), attempt.last_step);
  forget_evaluations_after(folder, attempt.last_step);
  events_.emplace(folder.path(), attempt.last_step + 1);
}

double RunRecorder::elapsed_s() const {
  return Seconds(std::chrono::steady_clock::now() - start_).count();
}

void RunRecorder::record_metrics(const StepReport& report) {
  const auto now = std::chrono::steady_clock::now();
  const double step_s = Seconds(now - std::exchange(last_step_end_, now)).count();
  data::StepMetrics metrics{
      .step = report.step,
      .loss = report.batch.loss,
      .reward = report.batch.reward,
      .reward_std = report.batch.reward_deviation,
      .divergence = report.batch.divergence,
      .beta = report.beta,
      .grad_norm = report.grad_norm,
      .learning_rate = report.learning_rate,
      .skipped = report.skipped ? 1 : 0,
      .samples_per_s = static_cast<double>(assembly_.config.data.batch_size) / step_s,
      .elapsed_s = elapsed_s()};
  const auto names = assembly_.reward.names();
  for (std::size_t i = 0; i < names.size(); ++i)
    metrics.rewards.emplace_back(names[i], report.batch.raw_rewards[i]);
  metrics_->append(metrics);

  std::vector<std::pair<std::string, double>> curves{{"reward", metrics.reward},
                                                     {"loss", metrics.loss},
                                                     {"divergence", metrics.divergence},
                                                     {"grad_norm", metrics.grad_norm},
                                                     {"learning_rate", metrics.learning_rate},
                                                     {"samples_per_s", metrics.samples_per_s}};
  for (const auto& [name, value] : metrics.rewards) curves.emplace_back("reward/" + name, value);
  events_->add_scalars(report.step, curves);
}

void RunRecorder::record(const Step& step) {
  if (trajectories_ && due(assembly_.config.records.every, step.report.step))
    trajectories_->append(trajectory_step(step, assembly_.reward.names(), num_transitions_));
  if (metrics_) record_metrics(step.report);
}

void RunRecorder::record(const EvaluationReport& report) {
  if (!metrics_) return;
  append_evaluation(folder_, report);
  const auto path = folder_.samples(report.step);
  const data::Image grid = comparison_grid(report);
  data::write_png(path, grid);
  std::vector<std::pair<std::string, double>> curves{{"evaluation/divergence", report.divergence}};
  for (const ScoreComparison& score : report.scores)
    curves.emplace_back("evaluation/" + score.name, score.policy);
  events_->add_scalars(report.step, curves);
  const std::string png = data::read_whole_file(path, kLargestGrid_B);
  events_->add_image(report.step, "samples",
                     {.bytes = png, .height = grid.height, .width = grid.width});
}

void RunRecorder::sync() {
  if (trajectories_) trajectories_->sync();
  if (metrics_) metrics_->sync();
}

void RunRecorder::finish() {
  if (trajectories_) trajectories_->finish();
  if (metrics_) metrics_->sync();
}

}  // namespace rocm::launcher
