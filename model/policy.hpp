// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/guidance_embedding.hpp"
#include "model/low_rank_adapter.hpp"
#include "model/sampling_schedule.hpp"
#include "model/unet.hpp"

namespace rocm::model {

// Shape legend: B samples, C channels, H x W latent pixels, L tokens, D width.

/// How strongly a prompt is followed. A guidance-distilled U-Net reads the scale. With any other a
/// scale above 1 means classifier-free guidance: e = e_u + scale (e_c - e_u), e_u the output for
/// the empty prompt; both are computed in one call of twice the batch, the empty prompt's half
/// first.
struct Guidance {
  double scale = 1.0;
  GuidanceConvention convention = GuidanceConvention::kDiffusers;  ///< of the distilled
  at::Tensor
      unconditional_1LD;  ///< text of the empty prompt; only classifier-free guidance needs it
};

/// p_theta(x_{n+1} | x_n, c): the U-Net at the timesteps of one sampling schedule. The reference
/// policy is the same object, called without an adapter: same kernels, so that an adapter whose B
/// is zero gives exactly the reference's output.
class Policy {
 public:
  Policy(UNet unet, SamplingSchedule schedule, Guidance guidance)
      : Policy(std::make_shared<const UNet>(std::move(unet)), std::move(schedule),
               std::move(guidance)) {}

  [[nodiscard]] const SamplingSchedule& schedule() const { return schedule_; }

  /// What the prompt contributes to every step (with the empty prompt before it, under
  /// classifier-free guidance); computed once per rollout.
  [[nodiscard]] TextFeatures condition(const at::Tensor& text_BLD,
                                       const LowRankAdapter* adapter) const;

  /// The network's guided output at step n, in the state's dtype whatever the network's precision.
  [[nodiscard]] at::Tensor output(std::size_t n, const at::Tensor& state_BCHW,
                                  const TextFeatures& text, const LowRankAdapter* adapter) const;

  /// mu_n: state_scale * state + output_scale * output.
  [[nodiscard]] at::Tensor mean(std::size_t n, const at::Tensor& state_BCHW,
                                const at::Tensor& output_BCHW) const;

  /// x_{n+1}: mean + sigma_n * z[n + 1], or the mean where step n draws no noise. z_NBCHW: z[0] the
  /// initial latent, z[n] the noise of transition n.
  [[nodiscard]] at::Tensor next_state(std::size_t n, const at::Tensor& mean_BCHW,
                                      const at::Tensor& z_NBCHW) const;

  /// The same network along another schedule.
  [[nodiscard]] Policy along(SamplingSchedule schedule) const {
    return {unet_, std::move(schedule), guidance_};
  }

  [[nodiscard]] const UNet& unet() const { return *unet_; }

 private:
  Policy(std::shared_ptr<const UNet> unet, SamplingSchedule schedule, Guidance guidance);

  /// Whether guidance is classifier-free.
  [[nodiscard]] bool contrasts() const {
    return !unet_->config().guidance_width && guidance_.scale > 1.0;
  }

  std::shared_ptr<const UNet> unet_;  ///< shared with the policies along other schedules
  SamplingSchedule schedule_;
  Guidance guidance_;
  at::Tensor guidance_1G_;                   ///< undefined if the network reads none
  std::vector<TimeFeatures> time_features_;  ///< of the reference, per step: computed once per run
};

}  // namespace rocm::model
