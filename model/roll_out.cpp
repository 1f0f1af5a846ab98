// SPDX-License-Identifier: Apache-2.0
#include "model/roll_out.hpp"

#include <ATen/core/grad_mode.h>

namespace rocm::model {

Trajectory roll_out(const Policy& policy, const LowRankAdapter* adapter, const at::Tensor& text_BLD,
                    const at::Tensor& z_NBCHW) {
  const at::NoGradGuard no_grad;
  const TextFeatures text = policy.condition(text_BLD, adapter);
  Trajectory trajectory{.sample_BCHW = z_NBCHW[0]};
  for (std::size_t n = 0; n < policy.schedule().size(); ++n) {
    const at::Tensor state_BCHW = trajectory.sample_BCHW;
    const at::Tensor mean_BCHW =
        policy.mean(n, state_BCHW, policy.output(n, state_BCHW, text, adapter));
    trajectory.sample_BCHW = policy.next_state(n, mean_BCHW, z_NBCHW);
    if (policy.schedule()[n].draws_noise)
      trajectory.transitions.push_back({.state_BCHW = state_BCHW, .mean_BCHW = mean_BCHW});
  }
  return trajectory;
}

}  // namespace rocm::model
