// SPDX-License-Identifier: Apache-2.0
#include "model/ops/gated_gelu.hpp"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/mul.h>

#include "model/ops/channels_last.hpp"
#include "model/ops/derivative_node.hpp"

namespace rocm::model {
namespace {

at::Tensor value_of(const at::Tensor& x) {
  return x.narrow(-1, 0, x.size(-1) / 2);
}

at::Tensor gate_of(const at::Tensor& x) {
  return x.narrow(-1, x.size(-1) / 2, x.size(-1) / 2);
}

/// The same in fp32 on the CPU, in one pass over memory. Rows go to threads in whole.
struct FastGatedGelu {
  static constexpr const char* kName = "FastGatedGeluBackward";

  at::Tensor x;  ///< contiguous

  [[nodiscard]] std::int64_t channels() const { return x.size(-1) / 2; }

  template <class Work>
  void for_rows(const Work& work) const {
    constexpr std::int64_t kGrain = 256;
    at::parallel_for(0, x.numel() / x.size(-1), kGrain, work);
  }

  [[nodiscard]] at::Tensor forward() const {
    std::vector<std::int64_t> shape = x.sizes().vec();
    shape.back() = channels();
    at::Tensor y = at::empty(shape, x.options());
    for_rows([&](std::int64_t begin, std::int64_t end) {
      fastest_feature_kernels().gated_gelu.forward(
          {.x = x.const_data_ptr<float>() + 2 * begin * channels(),
           .y = y.mutable_data_ptr<float>() + begin * channels(),
           .rows = end - begin,
           .channels = channels()});
    });
    return y;
  }

  template <class NeedsGradient>
  torch::autograd::variable_list operator()(const at::Tensor& gradient,
                                            const NeedsGradient& /*needs*/) const {
    const at::Tensor g = gradient.contiguous();
    const at::Tensor gx = at::empty_like(x);
    for_rows([&](std::int64_t begin, std::int64_t end) {
      fastest_feature_kernels().gated_gelu.backward(
          {.x = x.const_data_ptr<float>() + 2 * begin * channels(),
           .gradient = g.const_data_ptr<float>() + begin * channels(),
           .input_gradient = gx.mutable_data_ptr<float>() + 2 * begin * channels(),
           .rows = end - begin,
           .channels = channels()});
    });
    return {gx};
  }
};

at::Tensor fast_gated_gelu(const at::Tensor& x) {
  const bool live = wants_gradient(x);
  FastGatedGelu operation;
  at::Tensor y;
  {
    const at::NoGradGuard by_hand;
    operation.x = x.detach().contiguous();
    y = operation.forward();
  }
  return live ? with_derivative(y, std::move(operation), x) : y;
}

struct PlainGatedGeluBackward {
  static constexpr const char* kName = "GatedGeluBackward";

  at::Tensor x;

  template <class NeedsGradient>
  torch::autograd::variable_list operator()(const at::Tensor& gradient,
                                            const NeedsGradient& /*needs*/) const {
    at::Tensor gx = at::empty_like(x, at::MemoryFormat::Contiguous);
    at::Tensor g_value = value_of(gx);
    at::Tensor g_gate = gate_of(gx);
    at::mul_out(g_value, gradient, at::gelu(gate_of(x)));
    at::gelu_backward_out(g_gate, at::mul(gradient, value_of(x)), gate_of(x));
    return {gx};
  }
};

}  // namespace

at::Tensor gated_gelu(const at::Tensor& x) {
  if (is_single_precision(x)) return fast_gated_gelu(x);
  const bool live = wants_gradient(x);
  at::Tensor y;
  {
    const at::NoGradGuard by_hand;
    y = at::gelu(gate_of(x)).mul_(value_of(x));
  }
  return live ? with_derivative(y, PlainGatedGeluBackward{x.detach()}, x) : y;
}

}  // namespace rocm::model
