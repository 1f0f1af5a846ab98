// SPDX-License-Identifier: Apache-2.0
#include "launcher/training_run.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <functional>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "data/records/master_record.hpp"
#include "data/run/run_log.hpp"
#include "data/sha256.hpp"
#include "dist/base/due.hpp"
#include "dist/base/log.hpp"
#include "dist/gradient_sum.hpp"
#include "launcher/course.hpp"
#include "launcher/evaluation_record.hpp"
#include "launcher/method_factory.hpp"
#include "launcher/record_plan.hpp"
#include "launcher/run_description.hpp"

namespace rocm::launcher {
namespace {

std::optional<model::AdapterAverage> average_of(const LoraConfig& config,
                                                const Assembly& assembly) {
  if (config.ema == 0.0) return std::nullopt;
  return model::AdapterAverage(assembly.adapter, assembly.plan, config.ema);
}

model::AdamW optimizer_of(const OptimizerConfig& config, const model::LowRankAdapter& adapter) {
  return {adapter.leaves(),
          {.beta1 = config.betas[0],
           .beta2 = config.betas[1],
           .weight_decay = config.weight_decay,
           .epsilon = config.epsilon}};
}

Trainer::Settings trainer_settings(const Config& config) {
  return {.batch_size = config.data.batch_size,
          .micro_batch = config.data.micro_batch,
          .max_grad_norm = config.optimizer.max_grad_norm,
          .learning_rate = {.peak = config.optimizer.learning_rate,
                            .warmup = config.optimizer.warmup,
                            .iterations = config.run.iterations,
                            .decay = config.optimizer.schedule}};
}

/// Rank 0's number, on every rank.
std::int64_t from_rank_0(std::int64_t number, dist::Communicator& communicator) {
  std::array<std::int64_t, 1> shared{number};
  communicator.broadcast(std::as_writable_bytes(std::span(shared)), 0);
  return shared[0];
}

std::string parameter_digest(const model::LowRankAdapter& adapter) {
  std::string digests;
  for (const at::Tensor& leaf : adapter.leaves()) {
    const at::Tensor bytes = leaf.detach().cpu().contiguous();
    digests += data::sha256_of(
        std::span(static_cast<const std::byte*>(bytes.const_data_ptr()), bytes.nbytes()));
  }
  return data::sha256_of(digests);
}

}  // namespace

TrainingRun::TrainingRun(RankGroup& ranks, Assembly& assembly, const TrainRequest& request,
                         const Preemption& preemption)
    : ranks_(ranks),
      assembly_(assembly),
      preemption_(preemption),
      config_(assembly.config),
      folder_(std::filesystem::path(config_.run.output) / config_.run.name),
      judge_(config_.run.iterations, ranks.first()),
      optimizer_(optimizer_of(config_.optimizer, assembly.adapter)),
      average_(average_of(config_.lora, assembly)),
      method_(make_method(assembly, ranks.communicator())),
      state_{.plan = assembly.plan,
             .adapter = assembly.adapter,
             .optimizer = optimizer_,
             .method = *method_,
             .average = average_ ? &*average_ : nullptr},
      workload_(ranks.together([&] { return assembly.workload(config_.data.batch_size); })) {
  if (config_.evaluation.every > 0)
    evaluator_.emplace(ranks.together([&] { return Evaluator(assembly, ranks.communicator()); }));
  inputs_ = require_same_start(ranks, assembly);
  ranks.together([&] {
    if (ranks_.first()) open_folder(request);
    return 0;
  });
  const Attempt attempt = start_attempt(request);
  recorder_.emplace(folder_, attempt, assembly, ranks.communicator());
  trainer_.emplace(trainer_parts(), trainer_settings(config_));
}

Trainer::Parts TrainingRun::trainer_parts() {
  return {.workload = workload_,
          .method = *method_,
          .adapter = assembly_.adapter,
          .optimizer = optimizer_,
          .communicator = ranks_.communicator(),
          .sum_gradients = std::bind_front(&TrainingRun::sum_gradients, this)};
}

void TrainingRun::open_folder(const TrainRequest& request) {
  require(request.resume != Resume(ResumeRule::kNever) || !folder_.used(),
          {.where = data::printable_path(folder_.path()),
           .problem = "a run is already there",
           .because = "--resume never would overwrite it",
           .advice = "use --resume auto to go on, or another run.name"});
  folder_.create();
  lease_.emplace(folder_.path());
  checkpoints_.emplace(folder_.checkpoints());
}

Attempt TrainingRun::start_attempt(const TrainRequest& request) {
  ranks_.together([&] {
    resume(request);
    return 0;
  });
  ranks_.together([&] {  // once the settings are known to belong to this run
    if (!ranks_.first()) return 0;
    checkpoints_->remove_after(done_);
    data::write_description(folder_,
                            run_description(request, assembly_, ranks_.topology(), inputs_));
    return 0;
  });
  const std::int64_t number =
      from_rank_0(ranks_.first() ? open_attempt() : 0, ranks_.communicator());
  Log::open_file(folder_.log(ranks_.topology().rank));
  if (done_ > 0)
    Log::info(fmt::format("going on after step {} ({})", done_, folder_.path().string()));
  if (ranks_.first())
    progress_.emplace(
        Progress::Options{.total = config_.run.iterations,
                          .done_before = done_,
                          .units_each = config_.data.batch_size,
                          .columns = terminal_columns(),
                          .show_bar = [](const std::string& bar) { Log::redraw(bar); },
                          .show_line = [](const std::string& line) { Log::info(line); }});
  return {.number = number, .last_step = done_};
}

std::int64_t TrainingRun::open_attempt() {
  const std::int64_t number = folder_.start_attempt();
  if (records_trajectories(assembly_))
    data::write_master_record(folder_.attempt(number),
                              record_plan(assembly_, ranks_.topology().world_size));
  return number;
}

void TrainingRun::resume(const TrainRequest& request) {
  if (request.resume == Resume(ResumeRule::kNever)) return;
  const auto* named = std::get_if<std::filesystem::path>(&request.resume);
  const auto checkpoint = named != nullptr ? std::optional(data::find_checkpoint(*named))
                                           : data::newest_complete(folder_.checkpoints());
  if (!checkpoint) {
    if (data::is_finished(folder_)) require_same_course(folder_, config_);
    return;
  }
  restore(*checkpoint, config_, state_);
  done_ = saved_ = checkpoint->step;
}

std::optional<at::Tensor> TrainingRun::sum_gradients(std::span<const at::Tensor> units) {
  if (config_.dist.reduction == GradientReduction::kFast)
    return dist::sum_fast(units, ranks_.communicator());
  const std::int64_t num_units = config_.data.batch_size / config_.data.micro_batch;
  return dist::sum_reproducibly(units, num_units, ranks_.communicator());
}

ExitCode TrainingRun::run() {
  if (owes_evaluation() && !asked_to_stop()) evaluate(done_);
  while (done_ < config_.run.iterations) {
    if (asked_to_stop()) return stop();
    take(done_ + 1);
    const std::int64_t k = done_;
    const bool last = k == config_.run.iterations;
    if (due(config_.dist.check_every, k) || last) compare_parameters(k);
    if (due(config_.checkpoint.every, k) || (last && config_.checkpoint.every > 0)) save(k);
    if (last || (due(config_.evaluation.every, k) && !asked_to_stop())) evaluate(k);
  }
  finish();
  return ExitCode::kOk;
}

/// Before the first step, and where the attempt before was stopped or killed between a step and the
/// evaluation that was due after it.
bool TrainingRun::owes_evaluation() {
  const bool due_now =
      done_ == 0 || done_ == config_.run.iterations || due(config_.evaluation.every, done_);
  if (!evaluator_ || !due_now) return false;
  const bool there =
      ranks_.together([&] { return ranks_.first() && has_evaluation(folder_, done_); });
  return from_rank_0(there ? 0 : 1, ranks_.communicator()) == 1;
}

bool TrainingRun::asked_to_stop() {
  return dist::any_rank(ranks_.communicator(), preemption_.requested());
}

ExitCode TrainingRun::stop() {
  if (done_ > saved_) save(done_);
  recorder_->finish();
  Log::info(fmt::format("stopped on request after step {}; run the same command to go on", done_));
  return ExitCode::kStopped;
}

void TrainingRun::take(std::int64_t k) {
  ranks_.watchdog().set_step(k);
  if (config_.run.profile_every > 0) assembly_.phases.begin("prompts and noise");
  const Step step = trainer_->step(k);
  done_ = k;
  if (average_ && !step.report.skipped)
    average_->update(assembly_.adapter, optimizer_.state().updates);
  recorder_->record(step);
  const std::vector<PhaseCost> costs = assembly_.phases.take();
  if (due(config_.run.profile_every, k)) Log::info(fmt::format("step {}: {}", k, text_of(costs)));
  judge_.judge(step.report);
  if (progress_)
    progress_->update(k, training_detail(step.report.batch.reward, step.report.batch.divergence));
}

void TrainingRun::compare_parameters(std::int64_t k) {
  const std::string digest = parameter_digest(assembly_.adapter);
  dist::require_same_everywhere(ranks_.communicator(), ranks_.topology(),
                                fmt::format("parameters after step {}", k),
                                std::as_bytes(std::span(digest)), ExitCode::kNumerics);
}

void TrainingRun::save(std::int64_t k) {
  recorder_->sync();
  saved_ = k;
  if (!checkpoints_) return;
  checkpoints_->save(k, checkpoint_json(state_, config_), checkpoint_files(state_),
                     config_.checkpoint.keep);
}

void TrainingRun::evaluate(std::int64_t k) {
  if (!evaluator_) return;
  const EvaluationReport report = evaluator_->evaluate(k);
  recorder_->record(report);
  Log::info(evaluation_table(report));
}

void TrainingRun::finish() {
  recorder_->finish();
  if (ranks_.first()) {
    for (const data::CheckpointFile& file : result_files(state_))
      file.write(folder_.path() / file.name);
    Log::info(fmt::format("done: {}", folder_.result().string()));
  }
  Log::note("DONE");
}

}  // namespace rocm::launcher
