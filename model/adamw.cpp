// SPDX-License-Identifier: Apache-2.0
#include "model/adamw.hpp"

#include <cmath>
#include <utility>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>

#include "dist/base/contract.hpp"
#include "model/gradient_buffer.hpp"

namespace rocm::model {

AdamW::AdamW(std::vector<at::Tensor> parameters, const Options& options)
    : parameters_(std::move(parameters)), options_(options) {
  const at::Tensor zeros = GradientBuffer(parameters_).flat();
  state_ = {.first_moment = zeros, .second_moment = at::zeros_like(zeros)};
}

void AdamW::step(const at::Tensor& gradient_flat, double learning_rate) {
  const at::NoGradGuard no_grad;
  const auto k = static_cast<double>(++state_.updates);
  state_.first_moment.lerp_(gradient_flat, 1.0 - options_.beta1);
  state_.second_moment.mul_(options_.beta2)
      .addcmul_(gradient_flat, gradient_flat, 1.0 - options_.beta2);
  const double bias1 = 1.0 - std::pow(options_.beta1, k);
  const double bias2 = 1.0 - std::pow(options_.beta2, k);
  const at::Tensor scale =
      state_.second_moment.sqrt().div_(std::sqrt(bias2)).add_(options_.epsilon);
  const at::Tensor update = state_.first_moment.div(scale);
  const auto update_of = views_of(update, parameters_);
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    parameters_[i]
        .mul_(1.0 - learning_rate * options_.weight_decay)
        .sub_(update_of[i], learning_rate / bias1);
}

void AdamW::restore(State state) {
  expects(state.first_moment.numel() == state_.first_moment.numel() &&
              state.second_moment.numel() == state_.second_moment.numel(),
          "optimiser moments of this adapter");
  state_ = std::move(state);
}

}  // namespace rocm::model
