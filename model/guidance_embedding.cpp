// SPDX-License-Identifier: Apache-2.0
#include "model/guidance_embedding.hpp"

#include <cmath>

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/constant_pad_nd.h>

#include "dist/base/contract.hpp"

namespace rocm::model {

double guidance_weight(double scale, GuidanceConvention convention) {
  return convention == GuidanceConvention::kOriginal ? scale : scale - 1.0;
}

at::Tensor guidance_embedding(double w, std::int64_t width) {
  expects(width >= 4, "a guidance embedding of at least four numbers");
  const std::int64_t half = width / 2;
  const double decay = std::log(10000.0) / static_cast<double>(half - 1);
  const at::Tensor frequency = at::arange(half, at::kFloat).mul(-decay).exp();
  const at::Tensor angle = frequency.mul(w * 1000.0);
  const at::Tensor embedding = at::cat({angle.sin(), angle.cos()}).unsqueeze(0);
  return width % 2 == 0 ? embedding : at::constant_pad_nd(embedding, {0, 1});
}

}  // namespace rocm::model
