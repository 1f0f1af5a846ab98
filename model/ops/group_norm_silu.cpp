// SPDX-License-Identifier: Apache-2.0
#include "model/ops/group_norm_silu.hpp"

#include <ATen/ops/native_group_norm.h>
#include <ATen/ops/native_group_norm_backward.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/silu_backward.h>

#include "model/ops/channels_last.hpp"
#include "model/ops/derivative_node.hpp"

namespace rocm::model {
namespace {

struct Normalised {
  at::Tensor y_BCHW, mean_BG, inverse_deviation_BG;
};

struct GroupNormSilu {
  static constexpr const char* kName = "GroupNormSiluBackward";

  at::Tensor x_BCHW, weight_C, bias_C;
  std::int64_t groups;
  double epsilon;

  [[nodiscard]] Normalised normalise() const {
    auto [y, mean, inverse_deviation] = at::native_group_norm(
        x_BCHW, weight_C, bias_C, x_BCHW.size(0), x_BCHW.size(1), pixels(), groups, epsilon);
    return {.y_BCHW = y, .mean_BG = mean, .inverse_deviation_BG = inverse_deviation};
  }

  template <class NeedsGradient>
  torch::autograd::variable_list operator()(const at::Tensor& gradient,
                                            const NeedsGradient& /*needs*/) const {
    const Normalised again = normalise();
    const at::Tensor through_silu = at::silu_backward(gradient.contiguous(), again.y_BCHW);
    return {std::get<0>(at::native_group_norm_backward(
        through_silu, x_BCHW, again.mean_BG, again.inverse_deviation_BG, weight_C, x_BCHW.size(0),
        x_BCHW.size(1), pixels(), groups, /*output_mask=*/{true, false, false}))};
  }

 private:
  [[nodiscard]] std::int64_t pixels() const { return x_BCHW.size(2) * x_BCHW.size(3); }
};

}  // namespace

at::Tensor group_norm_silu(const at::Tensor& x_BCHW, const at::Tensor& weight_C,
                           const at::Tensor& bias_C, std::int64_t groups, double epsilon) {
  if (channels_come_last(x_BCHW))
    return channels_last_norm(
        x_BCHW, {.weight_C = weight_C, .bias_C = bias_C, .groups = groups, .epsilon = epsilon},
        AfterNorm::kSilu);
  const bool live = wants_gradient(x_BCHW);
  at::Tensor y_BCHW;
  GroupNormSilu operation{
      .x_BCHW = {}, .weight_C = weight_C, .bias_C = bias_C, .groups = groups, .epsilon = epsilon};
  {
    const at::NoGradGuard by_hand;
    operation.x_BCHW = x_BCHW.contiguous();
    y_BCHW = operation.normalise().y_BCHW;
    at::silu_(y_BCHW);
  }
  return live ? with_derivative(y_BCHW, std::move(operation), x_BCHW) : y_BCHW;
}

}  // namespace rocm::model
