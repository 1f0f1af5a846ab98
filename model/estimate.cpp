// SPDX-License-Identifier: Apache-2.0
#include "model/estimate.hpp"

#include <cmath>

namespace rocm::model {

Estimate clean_estimate(PredictionType prediction, double alpha_bar) {
  const double alpha = std::sqrt(alpha_bar);
  const double sigma = std::sqrt(1.0 - alpha_bar);
  switch (prediction) {
    case PredictionType::kEpsilon:
      return {.state = 1.0 / alpha, .output = -sigma / alpha};
    case PredictionType::kVelocity:
      return {.state = alpha, .output = -sigma};
    case PredictionType::kSample:
      break;
  }
  return {.state = 0.0, .output = 1.0};
}

Estimate noise_estimate(PredictionType prediction, double alpha_bar) {
  const Estimate x0 = clean_estimate(prediction, alpha_bar);
  const double alpha = std::sqrt(alpha_bar);
  const double sigma = std::sqrt(1.0 - alpha_bar);
  return {.state = (1.0 - alpha * x0.state) / sigma, .output = -alpha * x0.output / sigma};
}

}  // namespace rocm::model
