// SPDX-License-Identifier: Apache-2.0
#include "model/transition_log_probability.hpp"

#include <cmath>
#include <numbers>

#include <ATen/ops/full.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;

TEST(TransitionLogProbability, IsTheMeanLogDensityOfAGaussian) {
  constexpr double kSigma = 0.3;
  const at::Tensor next = deviates({2, 4, 3, 5}, 1), mean = deviates({2, 4, 3, 5}, 2);
  const at::Tensor log_probability = transition_log_probability(next, mean, kSigma);
  ASSERT_EQ(log_probability.sizes(), at::IntArrayRef({2}));
  for (std::int64_t b = 0; b < 2; ++b) {
    const at::Tensor x = next[b].flatten(), mu = mean[b].flatten();
    double sum = 0.0;
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      const double deviation = (x[i].item<double>() - mu[i].item<double>()) / kSigma;
      const double density =
          std::exp(-0.5 * deviation * deviation) / (kSigma * std::sqrt(2.0 * std::numbers::pi));
      sum += std::log(density);
    }
    EXPECT_NEAR(log_probability[b].item<double>(), sum / static_cast<double>(x.numel()), 1e-10);
  }
}

TEST(TransitionLogProbability, OfTheMeanItselfIsTheNormaliserAlone) {
  const at::Tensor mean = deviates({1, 4, 2, 2}, 3);
  EXPECT_NEAR(transition_log_probability(mean, mean, 2.0).item<double>(),
              -std::log(2.0) - 0.5 * std::log(2.0 * std::numbers::pi), 1e-15);
}

TEST(TransitionLogProbability, HasTheGradientOfFiniteDifferencesInTheMean) {
  const at::Tensor next = deviates({2, 3, 2, 2}, 4);
  test::expect_right_gradients(
      [&](const std::vector<at::Tensor>& inputs) {
        return test::weighed_sum(transition_log_probability(next, inputs[0], 0.7));
      },
      {deviates({2, 3, 2, 2}, 5)});
}

TEST(TransitionLogProbability, TakesTheNextStateForAConstant) {
  const at::Tensor next = deviates({1, 2, 2, 2}, 6).requires_grad_();
  const at::Tensor mean = deviates({1, 2, 2, 2}, 7).requires_grad_();
  const auto gradients =
      torch::autograd::grad({transition_log_probability(next, mean, 1.0).sum()}, {next, mean}, {},
                            /*retain_graph=*/false, /*create_graph=*/false, /*allow_unused=*/true);
  EXPECT_FALSE(gradients[0].defined());
  EXPECT_TRUE(gradients[1].defined());
}

TEST(TransitionLogProbability, IsComputedInFloat32ForHalves) {
  // (0.25 / 1e-4)^2 overflows float16.
  const at::Tensor next = at::full({1, 4, 2, 2}, 0.25, at::kHalf), mean = at::zeros_like(next);
  const at::Tensor log_probability = transition_log_probability(next, mean, 1e-4);
  EXPECT_EQ(log_probability.scalar_type(), at::kFloat);
  EXPECT_NEAR(log_probability.item<double>(), -0.5 * 2500.0 * 2500.0, 20.0);
}

}  // namespace
}  // namespace rocm::model
