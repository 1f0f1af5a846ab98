// SPDX-License-Identifier: Apache-2.0
#include "launcher/trainer.hpp"

#include <cmath>
#include <limits>

#include <ATen/ops/cat.h>

namespace rocm::launcher {
namespace {

constexpr double kClipEpsilon = 1e-6;  // torch.nn.utils.clip_grad_norm_

/// The adapter's gradient and, behind it, that of the method's own parameters.
at::Tensor joined_gradient(const objective::UnitEvaluation& evaluation) {
  if (!evaluation.own_gradient.defined()) return evaluation.gradient;
  return at::cat({evaluation.gradient, evaluation.own_gradient});
}

bool is_usable(const StepReport& report) {
  return std::isfinite(report.grad_norm) && std::isfinite(report.batch.loss);
}

}  // namespace

Trainer::Trainer(const Parts& parts, const Settings& settings)
    : parts_(parts),
      settings_(settings),
      share_(share_of(parts.communicator.rank(), parts.communicator.world_size(),
                      settings.batch_size / settings.micro_batch, settings.micro_batch)) {
}

Step Trainer::step(std::int64_t k) {
  Step step;
  step.units = parts_.workload.units_at(k, share_, settings_.micro_batch);  // prompts and noise
  const objective::Batch batch{
      .step = k, .units = step.units, .size = settings_.batch_size, .adapter = parts_.adapter};
  parts_.method.begin(batch);  // what must be known of the whole batch
  for (std::int64_t pass = 0; pass < parts_.method.passes() && update(batch, step); ++pass)
    step.report.skipped = false;
  parts_.method.finish({.reward = step.report.batch.reward, .penalty = step.report.batch.penalty});
  return step;
}

bool Trainer::update(const objective::Batch& batch, Step& step) {
  step.evaluations = evaluate(batch);  // loss and gradient of every unit
  std::optional<at::Tensor> gradient = agree_on_gradient(step.evaluations);  // across all ranks
  StepReport& report = step.report;
  report.step = batch.step;
  report.beta = parts_.method.beta();
  report.batch = batch_scalars(step.evaluations, parts_.communicator);
  report.learning_rate = settings_.learning_rate.at_step(batch.step);
  report.grad_norm = std::numeric_limits<double>::quiet_NaN();
  if (gradient) learn(*gradient, report);
  return is_usable(report);
}

/// Steps along the gradient, unless the step is none: then no parameter changes.
void Trainer::learn(at::Tensor& gradient, StepReport& report) {
  const std::int64_t adapter_size = parts_.optimizer.state().first_moment.numel();
  at::Tensor of_adapter = gradient.narrow(0, 0, adapter_size);
  report.grad_norm = clip(of_adapter);
  if (!is_usable(report)) return;
  parts_.optimizer.step(of_adapter, report.learning_rate);
  if (gradient.numel() > adapter_size)
    parts_.method.update(gradient.narrow(0, adapter_size, gradient.numel() - adapter_size));
}

std::vector<objective::UnitEvaluation> Trainer::evaluate(const objective::Batch& batch) const {
  std::vector<objective::UnitEvaluation> evaluations;
  evaluations.reserve(batch.units.size());
  for (std::size_t unit = 0; unit < batch.units.size(); ++unit)
    evaluations.push_back(parts_.method.evaluate(batch, unit));
  return evaluations;
}

std::optional<at::Tensor> Trainer::agree_on_gradient(
    std::span<const objective::UnitEvaluation> evaluations) const {
  std::vector<at::Tensor> gradients;
  for (const objective::UnitEvaluation& evaluation : evaluations)
    gradients.push_back(joined_gradient(evaluation));
  return parts_.sum_gradients(gradients);
}

double Trainer::clip(at::Tensor& gradient) const {
  const double norm = gradient.to(at::kDouble).norm().item<double>();
  const double coefficient = settings_.max_grad_norm / (norm + kClipEpsilon);
  if (settings_.max_grad_norm > 0.0 && coefficient < 1.0) gradient.mul_(coefficient);
  return norm;
}

}  // namespace rocm::launcher
