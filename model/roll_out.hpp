// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/policy.hpp"
#include "model/trajectory.hpp"

namespace rocm::model {

/// Samples without gradients: x_1 = z_0, x_{n+1} = mu_n + sigma_n z_n (paper, algorithm 1). The
/// reference policy where adapter is null. z_NBCHW: z[0] the initial latent, z[n] the noise of
/// transition n, in the state's dtype and on the policy's device.
[[nodiscard]] Trajectory roll_out(const Policy& policy, const LowRankAdapter* adapter,
                                  const at::Tensor& text_BLD, const at::Tensor& z_NBCHW);

}  // namespace rocm::model
