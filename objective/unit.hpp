// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/keyed_noise.hpp"
#include "model/trajectory.hpp"

namespace rocm::objective {

// Shape legend: B samples of a unit, C channels, H x W pixels, N steps, M transitions, L tokens.

/// One unit of work: samples that go through the networks together.
struct Unit {
  at::Tensor text_BLD;
  at::Tensor z_NBCHW;  ///< z[0] the initial latent, z[n] the noise of transition n
  std::vector<std::string> captions;
  std::vector<std::int64_t> sample_ids;  ///< index in the global batch
  std::vector<std::int64_t> prompt_ids;  ///< row of the prompt file
  std::vector<model::NoiseKey> keys;     ///< of whatever else is drawn for a sample
};

/// Everything that a method says about a unit. No tensor carries a graph.
struct UnitEvaluation {
  model::Trajectory trajectory;
  at::Tensor image_BCHW;
  at::Tensor reward_B;                   ///< of the mixture, float64
  std::vector<at::Tensor> raw_reward_B;  ///< one per reward, float64
  at::Tensor delta_MB;                   ///< |mu - mu_ref| / sigma after the reduction, float64
  at::Tensor divergence_MB;              ///< float64; like delta undefined if not measured
  at::Tensor active_fraction_MB;         ///< float64
  at::Tensor pull_left_B;                ///< mean over transitions, float64
  at::Tensor
      penalty_B;        ///< sum_n w_n D_n, what beta multiplies; float64, undefined if not measured
  at::Tensor loss_B;    ///< what is minimised, float64
  at::Tensor gradient;  ///< flat, of sum(loss_B) / batch_size with respect to the adapter
  at::Tensor own_gradient;  ///< the same of the method's own parameters; undefined if it has none
};

}  // namespace rocm::objective
