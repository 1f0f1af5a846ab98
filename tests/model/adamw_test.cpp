// SPDX-License-Identifier: Apache-2.0
#include "model/adamw.hpp"

#include <cmath>

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/model/golden_file.hpp"

namespace rocm::model {
namespace {

using test::largest_difference;

at::Tensor vector_of(std::initializer_list<double> values) {
  return at::tensor(at::ArrayRef<double>(values.begin(), values.size()), at::kDouble);
}

/// Leaves as an adapter has them: two shapes, requiring gradients.
std::vector<at::Tensor> adamw_parameters() {
  return {vector_of({0.5, -1.25, 2.0, 0.125}).view({2, 2}).requires_grad_(),
          vector_of({3.0, -0.75, 1e-3}).requires_grad_()};
}

at::Tensor all_of(const std::vector<at::Tensor>& parameters) {
  std::vector<at::Tensor> parts;
  for (const at::Tensor& parameter : parameters) parts.push_back(parameter.detach().flatten());
  return at::cat(parts);
}

const AdamW::Options kAdamW{.beta1 = 0.8, .beta2 = 0.95, .weight_decay = 0.1, .epsilon = 1e-6};

at::Tensor gradient_of_step(int k) {
  switch (k) {
    case 1:
      return vector_of({0.3, -2.0, 0.0, 1e-3, 5.0, -0.25, 0.5});
    case 2:
      return vector_of({-0.1, 1.5, 0.25, 2e-3, -5.0, 0.125, 0.5});
    default:
      return vector_of({0.7, 0.5, -4.0, -1e-3, 1.0, 0.0, -1.5});
  }
}

double rate_of_step(int k) {
  return k == 1 ? 0.01 : k == 2 ? 0.02 : 0.005;
}

void take_steps(AdamW& optimizer, int first, int last) {
  for (int k = first; k <= last; ++k) optimizer.step(gradient_of_step(k), rate_of_step(k));
}

TEST(AdamW, TakesTheStepsOfTorchOptim) {
  // torch.optim.AdamW of torch 2.11 in float64, same parameters, gradients and learning rates.
  const std::vector<at::Tensor> expected{
      vector_of({0.48950003333322223, -1.2387500049999975, 1.998, 0.11488499000999002,
                 2.9870000019999994, -0.73925003999984, -0.00900098000004}),
      vector_of({0.4814919419774646, -1.2356416974694981, 1.978488264395328, 0.09514070645146389,
                 2.983248223773777, -0.7335223786584024, -0.02898293804011992}),
      vector_of({0.4775634346428941, -1.2356174260163935, 1.9807808201706756, 0.09329726570211178,
                 2.981655967930439, -0.7323776721487588, -0.027329547306603783})};
  const auto leaves = adamw_parameters();
  AdamW optimizer(leaves, kAdamW);
  for (int k = 1; k <= 3; ++k) {
    take_steps(optimizer, k, k);
    EXPECT_LT(largest_difference(all_of(leaves), expected[static_cast<std::size_t>(k - 1)]), 1e-14)
        << "step " << k;
  }
  EXPECT_EQ(optimizer.state().updates, 3);
}

TEST(AdamW, FirstStepMovesByTheLearningRateAgainstTheSign) {
  const auto leaves = adamw_parameters();
  const at::Tensor before = all_of(leaves);
  AdamW optimizer(leaves, {.epsilon = 1e-30});
  optimizer.step(gradient_of_step(2), 0.25);
  const at::Tensor moved = all_of(leaves).sub(before);
  EXPECT_LT(largest_difference(moved, gradient_of_step(2).sign().mul(-0.25)), 1e-12);
}

TEST(AdamW, DecaysWeightsApartFromTheGradient) {
  // With a zero gradient only the decay is left, by 1 - learning rate * weight decay.
  const auto leaves = adamw_parameters();
  const at::Tensor before = all_of(leaves);
  AdamW optimizer(leaves, {.weight_decay = 0.5});
  optimizer.step(before.mul(0.0), 0.1);
  EXPECT_LT(largest_difference(all_of(leaves), before.mul(0.95)), 1e-15);
  EXPECT_EQ(optimizer.state().first_moment.abs().max().item<double>(), 0.0);
  EXPECT_EQ(optimizer.state().second_moment.abs().max().item<double>(), 0.0);
}

TEST(AdamW, GoesOnFromARestoredStateToTheBit) {
  const auto leaves = adamw_parameters();
  AdamW optimizer(leaves, kAdamW);
  take_steps(optimizer, 1, 1);
  const auto copies = adamw_parameters();
  for (std::size_t i = 0; i < copies.size(); ++i) copies[i].detach().copy_(leaves[i].detach());
  AdamW resumed(copies, kAdamW);
  resumed.restore({.first_moment = optimizer.state().first_moment.clone(),
                   .second_moment = optimizer.state().second_moment.clone(),
                   .updates = optimizer.state().updates});
  take_steps(optimizer, 2, 3);
  take_steps(resumed, 2, 3);
  EXPECT_TRUE(at::equal(all_of(copies), all_of(leaves)));
}

TEST(AdamW, RefusesMomentsOfAnotherLength) {
  AdamW optimizer(adamw_parameters(), kAdamW);
  EXPECT_THROW(
      optimizer.restore(
          {.first_moment = vector_of({1.0}), .second_moment = vector_of({1.0}), .updates = 1}),
      ContractViolation);
}

TEST(AdamW, KeepsParametersLeavesThatRequireGradients) {
  const auto leaves = adamw_parameters();
  AdamW optimizer(leaves, kAdamW);
  take_steps(optimizer, 1, 1);
  for (const at::Tensor& leaf : leaves) EXPECT_TRUE(leaf.requires_grad() && leaf.is_leaf());
}

}  // namespace
}  // namespace rocm::model
