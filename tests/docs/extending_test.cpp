// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "launcher/scores/recipe.hpp"

namespace rocm::launcher {

std::unique_ptr<model::Score> make_contrast(const ScoreSource& source);  // of docs/extending.md

namespace {

TEST(Extending, TheScoreOfTheManualMeasuresAndHasAGradient) {
  std::vector<std::filesystem::path> files;
  const auto score = make_contrast(
      {.name = "contrast",
       .path = {},
       .computation = {.device = at::kCPU, .network = at::kFloat, .state = at::kFloat},
       .resize = {},
       .files = files});
  EXPECT_EQ(score->name(), "contrast");
  const std::vector<std::string> captions{"a"};
  const at::Tensor bytes_BHWC = at::rand({1, 4, 5, 3}).mul(255).to(at::kByte);
  const auto* reward = dynamic_cast<const model::Reward*>(score.get());
  ASSERT_NE(reward, nullptr);
  const at::Tensor image_BCHW =
      bytes_BHWC.permute({0, 3, 1, 2}).to(at::kFloat).div(255.0).requires_grad_();
  const at::Tensor value_B = reward->evaluate(image_BCHW, captions);
  EXPECT_NEAR(value_B.item<double>(), score->measure(bytes_BHWC, captions).item<double>(), 1e-6);
  EXPECT_GT(torch::autograd::grad({value_B.sum()}, {image_BCHW})[0].norm().item<double>(), 0.0);
}

}  // namespace
}  // namespace rocm::launcher
