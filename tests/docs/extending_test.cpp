// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "launcher/scores/recipe.hpp"
#include "objective/policy_gradient.hpp"
#include "tests/support/golden_pipeline.hpp"

namespace rocm::objective {

std::unique_ptr<Method> make_reinforce(
    const Pipeline& pipeline, GatherInSampleOrder gather,
    const PolicyGradientOptions& options);  // of docs/extending.md

}  // namespace rocm::objective

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
  const std::vector<std::string> captions{"a", "b"};
  const at::Tensor bytes_BHWC = at::rand({2, 4, 5, 3}).mul(255).to(at::kByte);
  const auto* reward = dynamic_cast<const model::Reward*>(score.get());
  ASSERT_NE(reward, nullptr);
  const at::Tensor image_BCHW =
      bytes_BHWC.permute({0, 3, 1, 2}).to(at::kFloat).div(255.0).requires_grad_();
  const at::Tensor value_B = reward->evaluate(image_BCHW, captions);
  ASSERT_EQ(value_B.sizes(), at::IntArrayRef({2}));
  const at::Tensor measured_B = score->measure(bytes_BHWC, captions);
  EXPECT_LT(value_B.sub(measured_B).abs().max().item<double>(), 1e-6);
  const at::Tensor second = image_BCHW.narrow(0, 1, 1);
  EXPECT_EQ(reward->evaluate(second, {&captions[1], 1}).item<double>(), value_B[1].item<double>());
  EXPECT_GT(torch::autograd::grad({value_B.sum()}, {image_BCHW})[0].norm().item<double>(), 0.0);
}

TEST(Extending, TheMethodOfTheManualMakesABetterSampleLikelier) {
  Assembly assembly(rocm::test::golden_config(rocm::test::short_run()), {});
  const objective::Unit unit = rocm::test::whole_batch(assembly);
  const auto alone = [](std::span<const double> mine) {
    return std::vector<double>(mine.begin(), mine.end());
  };
  const auto method = make_reinforce(rocm::test::pipeline_of(assembly), alone, {});
  const objective::Batch batch{
      .step = 1, .units = {&unit, 1}, .size = 2, .adapter = assembly.adapter};
  method->begin(batch);
  const objective::UnitEvaluation before = method->evaluate(batch, 0);
  const double step = 1e-3 / before.gradient.norm().item<double>();
  const auto gradients = model::views_of(before.gradient, assembly.adapter.leaves());
  for (std::size_t i = 0; i < gradients.size(); ++i)
    assembly.adapter.leaves()[i].detach().sub_(gradients[i], step);
  const objective::UnitEvaluation after = method->evaluate(batch, 0);
  EXPECT_LT(after.loss_B.sum().item<double>(), before.loss_B.sum().item<double>());
}

}  // namespace
}  // namespace rocm::launcher
