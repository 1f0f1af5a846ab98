// SPDX-License-Identifier: Apache-2.0
#include "model/timestep_sinusoid.hpp"

#include <cmath>

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>

namespace rocm::model {

at::Tensor TimestepSinusoid::operator()(const at::Tensor& timestep_B) const {
  const std::int64_t half = width / 2;
  const at::Tensor exponent = at::arange(half, at::kFloat).mul(-std::log(10000.0));
  const at::Tensor frequency = exponent.div(static_cast<double>(half) - freq_shift).exp();
  const at::Tensor angle = timestep_B.to(at::kFloat).unsqueeze(1).mul(frequency.unsqueeze(0));
  const at::Tensor sinusoid = flip_sin_to_cos ? at::cat({angle.cos(), angle.sin()}, 1)
                                              : at::cat({angle.sin(), angle.cos()}, 1);
  return width % 2 == 0 ? sinusoid : at::constant_pad_nd(sinusoid, {0, 1});
}

}  // namespace rocm::model
