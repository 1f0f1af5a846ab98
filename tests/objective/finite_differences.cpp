// SPDX-License-Identifier: Apache-2.0
#include "tests/objective/finite_differences.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "model/gradient_buffer.hpp"
#include "model/keyed_noise.hpp"

namespace rocm::test {

model::LowRankAdapter moved(const launcher::Assembly& assembly, const at::Tensor& direction,
                            double distance) {
  const auto& at_rest = assembly.adapter.leaves();
  const auto steps = model::views_of(direction, at_rest);
  std::vector<at::Tensor> leaves;
  for (std::size_t i = 0; i < steps.size(); ++i)
    leaves.push_back(at_rest[i].detach().add(steps[i], distance));
  return model::LowRankAdapter::from_leaves(assembly.plan, std::move(leaves));
}

at::Tensor random_direction(std::uint32_t number, std::int64_t length) {
  const at::Tensor normal =
      model::keyed_noise({.seed = 99, .sample = number}, 1, {length}).flatten().to(at::kDouble);
  return normal.div(normal.norm());
}

double measured_slope(const launcher::Assembly& assembly, const at::Tensor& direction,
                      const std::function<double(const model::LowRankAdapter&)>& loss) {
  constexpr double kStep = 1e-3;
  const auto loss_at = [&](double steps) {
    return loss(moved(assembly, direction, steps * kStep));
  };
  return (8.0 * (loss_at(1) - loss_at(-1)) - (loss_at(2) - loss_at(-2))) / (12.0 * kStep);
}

void expect_gradient(const launcher::Assembly& assembly, const at::Tensor& gradient,
                     const std::function<double(const model::LowRankAdapter&)>& loss) {
  for (const std::uint32_t number : {1U, 2U}) {
    const at::Tensor direction = random_direction(number, gradient.numel());
    const double measured = measured_slope(assembly, direction, loss);
    EXPECT_NE(measured, 0.0);
    EXPECT_NEAR(gradient.dot(direction).item<double>(), measured, 1e-7 * std::abs(measured))
        << "direction " << number;
  }
}

}  // namespace rocm::test
