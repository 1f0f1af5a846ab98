// SPDX-License-Identifier: Apache-2.0
#include "objective/value_network.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/adamw.hpp"
#include "model/gradient_buffer.hpp"
#include "model/keyed_noise.hpp"

namespace rocm::objective {
namespace {

constexpr ValueNetwork::Shape kShape{.channels = 4, .text_width = 6, .width = 16};

at::Tensor latents_BCHW(std::uint32_t number) {
  return model::keyed_noise({.seed = 5, .sample = number}, 3, {4, 12, 16}).to(at::kDouble);
}

at::Tensor text_BLD(std::uint32_t number) {
  return model::keyed_noise({.seed = 6, .sample = number}, 3, {1, 7, 6}).squeeze(1).to(at::kDouble);
}

TEST(ValueNetwork, ExpectsNothingAtFirstAndThenWhatItIsTold) {
  ValueNetwork value(kShape, 0, at::kDouble);
  EXPECT_TRUE(at::equal(value(latents_BCHW(1), text_BLD(1), 500), at::full({3}, 0.0, at::kDouble)));
  value.expect(7.5);
  EXPECT_TRUE(at::equal(value(latents_BCHW(1), text_BLD(1), 500), at::full({3}, 7.5, at::kDouble)));
}

TEST(ValueNetwork, StartsFromTheSeedAlone) {
  const ValueNetwork first(kShape, 3, at::kDouble), again(kShape, 3, at::kDouble),
      other(kShape, 4, at::kDouble);
  EXPECT_TRUE(at::equal(first.leaves()[0], again.leaves()[0]));
  EXPECT_FALSE(at::equal(first.leaves()[0], other.leaves()[0]));
  EXPECT_FALSE(at::equal(first.leaves()[2], first.leaves()[0].narrow(1, 0, 16)));
}

/// Learns `target` of three samples for a while; the last mean squared error.
double learnt_error(const at::Tensor& target_B) {
  ValueNetwork value(kShape, 0, at::kDouble);
  model::AdamW optimizer(value.leaves(), {});
  double error = 0.0;
  for (int k = 0; k < 200; ++k) {
    const at::Tensor loss = value(latents_BCHW(1), text_BLD(1), 500).sub(target_B).square().mean();
    model::GradientBuffer gradient(value.leaves());
    gradient.add(torch::autograd::grad({loss}, value.leaves()));
    optimizer.step(gradient.flat(), 1e-2);
    error = loss.item<double>();
  }
  return error;
}

TEST(ValueNetwork, LearnsToTellSamplesApart) {
  const at::Tensor target_B = model::keyed_noise({.seed = 8}, 3, {1}).flatten().to(at::kDouble);
  EXPECT_LT(learnt_error(target_B), 1e-4);
}

TEST(ValueNetwork, LooksAtLatentPromptAndTimestep) {
  ValueNetwork value(kShape, 0, at::kDouble);
  {
    const at::NoGradGuard no_grad;
    value.leaves()[4].fill_(1.0);  // the last layer
  }
  const at::Tensor at_rest = value(latents_BCHW(1), text_BLD(1), 500);
  EXPECT_FALSE(at::equal(value(latents_BCHW(2), text_BLD(1), 500), at_rest));
  EXPECT_FALSE(at::equal(value(latents_BCHW(1), text_BLD(2), 500), at_rest));
  EXPECT_FALSE(at::equal(value(latents_BCHW(1), text_BLD(1), 501), at_rest));
}

}  // namespace
}  // namespace rocm::objective
