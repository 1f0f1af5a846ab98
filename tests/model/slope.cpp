// SPDX-License-Identifier: Apache-2.0
#include "tests/model/slope.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/dot.h>
#include <ATen/ops/randn.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

namespace rocm::test {
namespace {

constexpr double kStep = 1e-3;
constexpr double kTolerance = 1e-7;

double value_at(const ScalarFunction& function, std::vector<at::Tensor> inputs, std::size_t which,
                const at::Tensor& offset) {
  const at::NoGradGuard no_graph;
  inputs[which] = inputs[which].add(offset);
  return function(inputs).item<double>();
}

at::Tensor gradient_of(const ScalarFunction& function, std::vector<at::Tensor> inputs,
                       std::size_t which) {
  inputs[which] = inputs[which].detach().clone().requires_grad_();
  const at::Tensor value = function(inputs);
  return torch::autograd::grad({value}, {inputs[which]})[0];
}

Slopes slopes(const ScalarFunction& function, const std::vector<at::Tensor>& inputs,
              std::size_t which, const at::Tensor& gradient) {
  at::Tensor direction = deviates(inputs[which].sizes(), 77 + which);
  direction = direction.div(direction.norm());
  const auto along = [&](double steps) {
    return value_at(function, inputs, which, direction.mul(steps * kStep));
  };
  const double near = along(1) - along(-1), far = along(2) - along(-2);
  return {.differentiated = at::dot(gradient.flatten(), direction.flatten()).item<double>(),
          .measured = (8.0 * near - far) / (12.0 * kStep)};
}

}  // namespace

Slopes slopes_along_random_direction(const ScalarFunction& function,
                                     const std::vector<at::Tensor>& inputs, std::size_t which) {
  return slopes(function, inputs, which, gradient_of(function, inputs, which));
}

void expect_right_gradients(const ScalarFunction& function, const std::vector<at::Tensor>& inputs) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const at::Tensor gradient = gradient_of(function, inputs, i);
    const Slopes both = slopes(function, inputs, i, gradient);
    const double norm = gradient.norm().item<double>();
    EXPECT_GT(norm, 0.0) << "input " << i;
    EXPECT_NEAR(both.differentiated, both.measured, kTolerance * norm) << "input " << i;
  }
}

at::Tensor weighed_sum(const at::Tensor& y) {
  return at::dot(y.flatten(), deviates({y.numel()}, 5));
}

at::Tensor deviates(at::IntArrayRef shape, std::uint64_t seed) {
  return at::randn(shape, at::detail::createCPUGenerator(seed), at::TensorOptions(at::kDouble));
}

}  // namespace rocm::test
