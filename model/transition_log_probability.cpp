// SPDX-License-Identifier: Apache-2.0
#include "model/transition_log_probability.hpp"

#include <cmath>
#include <numbers>

#include <c10/core/ScalarType.h>

#include "dist/base/contract.hpp"

namespace rocm::model {

at::Tensor transition_log_probability(const at::Tensor& next_BCHW, const at::Tensor& mean_BCHW,
                                      double sigma) {
  expects(sigma > 0.0, "a transition that has a density");
  const at::ScalarType dtype = c10::promoteTypes(mean_BCHW.scalar_type(), at::kFloat);
  const at::Tensor deviation_BCHW = next_BCHW.detach().to(dtype).sub(mean_BCHW.to(dtype));
  const double log_normaliser = std::log(sigma) + 0.5 * std::log(2.0 * std::numbers::pi);
  return deviation_BCHW.div(sigma).square().flatten(1).mean(1).mul(-0.5).sub(log_normaliser);
}

}  // namespace rocm::model
