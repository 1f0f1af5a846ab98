// SPDX-License-Identifier: Apache-2.0
#include "objective/value_network.hpp"

#include <array>
#include <cmath>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/adaptive_avg_pool2d.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/zeros.h>

#include "model/keyed_noise.hpp"
#include "model/timestep_sinusoid.hpp"

namespace rocm::objective {
namespace {

constexpr std::int64_t kSide = 8;
constexpr std::int64_t kTimeWidth = 32;
// "rocmvalu" sets this stream apart from the noise, which uses the seed itself.
constexpr std::uint64_t kPurpose = 0x726f636d76616c75;

at::Tensor first_weight(std::uint64_t seed, std::uint32_t layer, std::int64_t outputs,
                        std::int64_t inputs) {
  const auto normal = model::keyed_noise({.seed = seed ^ kPurpose, .step = 0, .sample = layer}, 1,
                                         {1, outputs, inputs});
  return normal.view({outputs, inputs}).div(std::sqrt(static_cast<double>(inputs)));
}

}  // namespace

ValueNetwork::ValueNetwork(const Shape& shape, std::uint64_t seed,
                           const at::TensorOptions& options) {
  const std::int64_t inputs = shape.channels * kSide * kSide + shape.text_width + kTimeWidth;
  const std::array<at::Tensor, 3> weights = {first_weight(seed, 0, shape.width, inputs),
                                             first_weight(seed, 1, shape.width, shape.width),
                                             at::zeros({1, shape.width})};
  for (const at::Tensor& weight : weights) {
    leaves_.push_back(weight.to(options).requires_grad_());
    leaves_.push_back(at::zeros({weight.size(0)}, options).requires_grad_());
  }
}

at::Tensor ValueNetwork::operator()(const at::Tensor& x_BCHW, const at::Tensor& text_BLD,
                                    std::int64_t timestep) const {
  const auto options = leaves_.front().options();
  const model::TimestepSinusoid sinusoid{.width = kTimeWidth};
  const at::Tensor time_BT = sinusoid(at::full({x_BCHW.size(0)}, timestep, at::kLong)).to(options);
  at::Tensor features =
      at::cat({at::adaptive_avg_pool2d(x_BCHW.to(options), {kSide, kSide}).flatten(1),
               text_BLD.to(options).mean(1), time_BT},
              1);
  features = at::silu(at::linear(features, leaves_[0], leaves_[1]));
  features = at::silu(at::linear(features, leaves_[2], leaves_[3]));
  return at::linear(features, leaves_[4], leaves_[5]).squeeze(1);
}

void ValueNetwork::expect(double reward) {
  const at::NoGradGuard no_grad;
  leaves_.back().fill_(reward);
}

}  // namespace rocm::objective
