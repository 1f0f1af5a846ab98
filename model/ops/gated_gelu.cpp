// SPDX-License-Identifier: Apache-2.0
#include "model/ops/gated_gelu.hpp"

#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>
#include <ATen/ops/mul.h>

#include "model/ops/derivative_node.hpp"

namespace rocm::model {
namespace {

at::Tensor value_of(const at::Tensor& x) {
  return x.narrow(-1, 0, x.size(-1) / 2);
}

at::Tensor gate_of(const at::Tensor& x) {
  return x.narrow(-1, x.size(-1) / 2, x.size(-1) / 2);
}

struct GatedGeluBackward {
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
  const bool live = wants_gradient(x);
  at::Tensor y;
  {
    const at::NoGradGuard by_hand;
    y = at::gelu(gate_of(x)).mul_(value_of(x));
  }
  return live ? with_derivative(y, GatedGeluBackward{x.detach()}, x) : y;
}

}  // namespace rocm::model
