// SPDX-License-Identifier: Apache-2.0
#include "launcher/trainer.hpp"

#include <cmath>
#include <limits>

namespace rocm::launcher {
namespace {

constexpr double kClipEpsilon = 1e-6;  // torch.nn.utils.clip_grad_norm_

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
  step.evaluations = evaluate(k, step.units);  // rollout, reward, divergence, gradient
  std::optional<at::Tensor> gradient = agree_on_gradient(step.evaluations);  // across all ranks

  StepReport& report = step.report;
  report.step = k;
  report.batch = batch_scalars(step.evaluations, parts_.communicator);
  report.learning_rate = settings_.learning_rate.at_step(k);
  report.grad_norm = gradient ? clip(*gradient) : std::numeric_limits<double>::quiet_NaN();
  report.skipped = !std::isfinite(report.grad_norm) || !std::isfinite(report.batch.loss);
  if (!report.skipped) parts_.optimizer.step(*gradient, report.learning_rate);
  return step;
}

std::vector<objective::UnitEvaluation> Trainer::evaluate(std::int64_t k,
                                                         std::span<const WorkUnit> units) const {
  const objective::RocmObjective& objective = parts_.objective_at(k);
  std::vector<objective::UnitEvaluation> evaluations;
  evaluations.reserve(units.size());
  for (const WorkUnit& work : units)
    evaluations.push_back(objective.evaluate(work.unit, parts_.adapter, settings_.batch_size));
  return evaluations;
}

std::optional<at::Tensor> Trainer::agree_on_gradient(
    std::span<const objective::UnitEvaluation> evaluations) const {
  std::vector<at::Tensor> gradients;
  for (const objective::UnitEvaluation& evaluation : evaluations)
    gradients.push_back(evaluation.gradient);
  return parts_.sum_gradients(gradients);
}

double Trainer::clip(at::Tensor& gradient) const {
  const double norm = gradient.to(at::kDouble).norm().item<double>();
  const double coefficient = settings_.max_grad_norm / (norm + kClipEpsilon);
  if (settings_.max_grad_norm > 0.0 && coefficient < 1.0) gradient.mul_(coefficient);
  return norm;
}

}  // namespace rocm::launcher
