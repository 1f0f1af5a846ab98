// SPDX-License-Identifier: Apache-2.0
#include "launcher/tensor_dump.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include "model/gradient_buffer.hpp"

namespace rocm::launcher {
namespace {

/// Concatenates units along their samples, if there are any.
void put(data::NamedTensors& tensors, const char* name, const std::vector<at::Tensor>& units,
         std::int64_t sample_axis, at::ScalarType dtype) {
  if (units.empty()) return;
  tensors.emplace(name, at::cat(units, sample_axis).to(dtype).cpu().contiguous());
}

/// Zero rows where no step draws noise.
at::Tensor means_of(const model::Trajectory& trajectory) {
  if (trajectory.transitions.empty()) return trajectory.sample_BCHW.unsqueeze(0).narrow(0, 0, 0);
  std::vector<at::Tensor> means;
  for (const auto& transition : trajectory.transitions) means.push_back(transition.mean_BCHW);
  return at::stack(means);
}

at::Tensor reference_means_of(const model::Trajectory& trajectory) {
  std::vector<at::Tensor> means;
  for (const auto& transition : trajectory.transitions)
    means.push_back(transition.reference_mean_BCHW);
  return at::stack(means);
}

}  // namespace

void TensorDump::add(const model::Trajectory& trajectory, const at::Tensor& image_BCHW,
                     const at::Tensor& text_BLD) {
  mean_MBCHW_.push_back(means_of(trajectory));
  latent_BCHW_.push_back(trajectory.sample_BCHW);
  image_BCHW_.push_back(image_BCHW);
  text_BLD_.push_back(text_BLD);
}

void TensorDump::add(const objective::UnitEvaluation& evaluation, const at::Tensor& text_BLD) {
  add(evaluation.trajectory, evaluation.image_BCHW, text_BLD);
  reward_B_.push_back(evaluation.reward_B);
  if (!evaluation.divergence_MB.defined()) return;
  reference_mean_MBCHW_.push_back(reference_means_of(evaluation.trajectory));
  delta_MB_.push_back(evaluation.delta_MB);
  divergence_MB_.push_back(evaluation.divergence_MB);
}

data::NamedTensors TensorDump::tensors() const {
  std::vector<std::int64_t> timesteps;
  std::vector<double> sigma;
  for (const model::SamplingStep& step : schedule_) {
    timesteps.push_back(step.timestep);
    if (step.draws_noise) sigma.push_back(step.sigma);
  }
  const at::ScalarType dtype = latent_BCHW_.front().scalar_type();
  data::NamedTensors tensors{
      {"timesteps", at::tensor(at::ArrayRef<std::int64_t>(timesteps), at::kLong)},
      {"sigma", at::tensor(at::ArrayRef<double>(sigma), at::kDouble).to(dtype)}};
  put(tensors, "mean", mean_MBCHW_, 1, dtype);
  put(tensors, "reference_mean", reference_mean_MBCHW_, 1, dtype);
  put(tensors, "latent", latent_BCHW_, 0, dtype);
  put(tensors, "image", image_BCHW_, 0, dtype);
  put(tensors, "text_embedding", text_BLD_, 0, dtype);
  put(tensors, "delta", delta_MB_, 1, dtype);
  put(tensors, "divergence", divergence_MB_, 1, dtype);
  put(tensors, "reward", reward_B_, 0, dtype);
  return tensors;
}

data::NamedTensors named_gradient(const at::Tensor& flat, const model::AdapterPlan& plan,
                                  const model::LowRankAdapter& adapter) {
  const auto views = model::views_of(flat, adapter.leaves());
  data::NamedTensors tensors;
  for (std::size_t slot = 0; slot < plan.layers().size(); ++slot) {
    const std::string stem = "gradient." + plan.layers()[slot].module;
    tensors.emplace(stem + ".lora_A.weight", views[2 * slot].cpu().contiguous());
    tensors.emplace(stem + ".lora_B.weight", views[2 * slot + 1].cpu().contiguous());
  }
  return tensors;
}

}  // namespace rocm::launcher
