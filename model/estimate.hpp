// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/noise_schedule.hpp"

namespace rocm::model {

/// An estimate that is affine in the latent x and the network's output e: state * x + output * e.
struct Estimate {
  double state = 0.0;
  double output = 0.0;
};

// What a network's output says about x = sqrt(alpha_bar) x0 + sqrt(1 - alpha_bar) noise, for each
// of the things that it may have been trained to predict. 0 < alpha_bar < 1. Source: diffusers
// DDIMScheduler.step.

/// x0.
[[nodiscard]] Estimate clean_estimate(PredictionType prediction, double alpha_bar);

/// The noise: what is left of x without x0.
[[nodiscard]] Estimate noise_estimate(PredictionType prediction, double alpha_bar);

}  // namespace rocm::model
