// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "model/low_rank_adapter.hpp"
#include "model/sampling_schedule.hpp"
#include "model/unet.hpp"

namespace rocm::model {

// Shape legend: B samples, C channels, H x W latent pixels, L tokens, D width.

/// p_theta(x_{n+1} | x_n, c): the U-Net at the timesteps of one sampling schedule. The reference
/// policy is the same object, called without an adapter: same kernels, so that an adapter whose B
/// is zero gives exactly the reference's output.
class Policy {
 public:
  /// guidance_scale feeds the guidance embedding of a guidance-distilled U-Net; others refuse it
  /// unless it is 1 (Failure kUsage).
  Policy(UNet unet, SamplingSchedule schedule, double guidance_scale);

  [[nodiscard]] const SamplingSchedule& schedule() const { return schedule_; }

  /// What the prompt contributes to every step; computed once per rollout.
  [[nodiscard]] TextFeatures condition(const at::Tensor& text_BLD,
                                       const LowRankAdapter* adapter) const;

  /// The network's output at step n, in the state's dtype whatever the network's precision.
  [[nodiscard]] at::Tensor output(std::size_t n, const at::Tensor& state_BCHW,
                                  const TextFeatures& text, const LowRankAdapter* adapter) const;

  /// mu_n: state_scale * state + output_scale * output.
  [[nodiscard]] at::Tensor mean(std::size_t n, const at::Tensor& state_BCHW,
                                const at::Tensor& output_BCHW) const;

  [[nodiscard]] const UNet& unet() const { return unet_; }

 private:
  UNet unet_;
  SamplingSchedule schedule_;
  at::Tensor guidance_1G_;                   ///< undefined if the network reads none
  std::vector<TimeFeatures> time_features_;  ///< of the reference, per step: computed once per run
};

}  // namespace rocm::model
