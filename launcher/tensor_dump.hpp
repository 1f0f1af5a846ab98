// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "data/named_tensors.hpp"
#include "model/low_rank_adapter.hpp"
#include "model/sampling_schedule.hpp"
#include "model/trajectory.hpp"
#include "objective/rocm_objective.hpp"

namespace rocm::launcher {

// Shape legend: N steps, M transitions, B samples in all, C channels, h x w latent, H x W pixels.

/// What `--tensors F` writes, collected unit by unit in sample order: tensors for comparison with
/// another implementation, in the state's dtype.
class TensorDump {
 public:
  explicit TensorDump(const model::SamplingSchedule& schedule) : schedule_(schedule) {}

  void add(const model::Trajectory& trajectory, const at::Tensor& image_BCHW,
           const at::Tensor& text_BLD);
  void add(const objective::UnitEvaluation& evaluation, const at::Tensor& text_BLD);

  /// timesteps, sigma, mean, latent, image, text_embedding, and what add() was given of
  /// reference_mean, delta, divergence and reward.
  [[nodiscard]] data::NamedTensors tensors() const;

 private:
  const model::SamplingSchedule& schedule_;
  std::vector<at::Tensor> mean_MBCHW_;
  std::vector<at::Tensor> reference_mean_MBCHW_;
  std::vector<at::Tensor> latent_BCHW_;
  std::vector<at::Tensor> image_BCHW_;
  std::vector<at::Tensor> text_BLD_;
  std::vector<at::Tensor> delta_MB_;
  std::vector<at::Tensor> divergence_MB_;
  std::vector<at::Tensor> reward_B_;
};

/// `gradient.<module>.lora_A.weight` and `.lora_B.weight` of every adapted layer.
[[nodiscard]] data::NamedTensors named_gradient(const at::Tensor& flat,
                                                const model::AdapterPlan& plan,
                                                const model::LowRankAdapter& adapter);

}  // namespace rocm::launcher
