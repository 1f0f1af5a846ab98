// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

namespace rocm::model {

// Shape legend: B samples of a unit, C channels, H x W latent pixels.

/// One hop of the sampler, x_{n+1} ~ N(mean, sigma^2 I) given x_n. No tensor carries a graph.
struct Transition {
  at::Tensor state_BCHW;           ///< x_n
  at::Tensor mean_BCHW;            ///< mu of p_theta(x_{n+1} | x_n, c)
  at::Tensor reference_mean_BCHW;  ///< the same with the adapter off; undefined if not evaluated
  at::Tensor squared_distance_B;   ///< Delta^2, float64; undefined if not evaluated
};

/// What one rollout of the policy visited.
struct Trajectory {
  std::vector<Transition> transitions;
  at::Tensor sample_BCHW;  ///< x0: the state after the last step
};

}  // namespace rocm::model
