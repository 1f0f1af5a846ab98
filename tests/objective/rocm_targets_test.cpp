// SPDX-License-Identifier: Apache-2.0
// The gradient of the objective where the adapter is everywhere that LCM-LoRA's is: in
// convolutions, feed-forward layers and the projections of the time, whose features then belong to
// the graph.
#include <cmath>
#include <memory>
#include <vector>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "model/gradient_buffer.hpp"
#include "model/keyed_noise.hpp"
#include "tests/objective/textbook_objective.hpp"
#include "tests/support/golden_pipeline.hpp"

namespace rocm::objective {
namespace {

constexpr std::size_t kSteps = 3;

constexpr const char* kLcmLoraTargets =
    R"(targets = ["to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out", "ff.net.0.proj",
                  "ff.net.2", "conv1", "conv2", "conv_shortcut", "downsamplers.0.conv",
                  "upsamplers.0.conv", "time_emb_proj"]
)";

at::Tensor deviates(at::IntArrayRef shape, std::uint32_t number) {
  return model::keyed_noise({.seed = 77, .sample = number}, 1, shape).squeeze(0).to(at::kDouble);
}

launcher::Config everywhere() {
  test::GoldenRun run = test::short_run();
  run.lora = "";
  run.lora_keys = kLcmLoraTargets;
  return golden_config(run);
}

RocmOptions kl(model::ReferenceUse reference) {
  return {.divergence = DivergenceKind::kKl,
          .beta = 10.0,
          .reference = reference,
          .truncate = kSteps,
          .kept_steps = kSteps};
}

class RocmGradientEverywhere : public ::testing::Test {
 protected:
  RocmGradientEverywhere()
      : assembly_(everywhere(), launcher::AssemblyRequest{}), unit_(test::whole_batch(assembly_)) {
    std::uint32_t number = 0;
    for (const at::Tensor& leaf : assembly_.adapter.leaves())
      leaves_.push_back(deviates(leaf.sizes(), number++).mul(0.05));
  }

  [[nodiscard]] model::LowRankAdapter adapter_at(double step) const {
    std::vector<at::Tensor> leaves;
    for (std::size_t i = 0; i < leaves_.size(); ++i)
      leaves.push_back(leaves_[i].add(direction(i), step));
    return model::LowRankAdapter::from_leaves(assembly_.plan, std::move(leaves));
  }

  /// One random direction in all leaves.
  [[nodiscard]] at::Tensor direction(std::size_t leaf) const {
    return deviates(leaves_[leaf].sizes(), 5000 + static_cast<std::uint32_t>(leaf)).mul(0.01);
  }

  [[nodiscard]] at::Tensor gradient(const RocmOptions& options) const {
    return RocmObjective(test::pipeline_of(assembly_), options)
        .evaluate(unit_, adapter_at(0.0), 2)
        .gradient;
  }

  /// By five-point central differences of the textbook's loss.
  [[nodiscard]] double measured_slope(const RocmOptions& options) const {
    constexpr double kStep = 1e-2;
    const at::NoGradGuard no_grad;
    const TextbookObjective book(test::pipeline_of(assembly_), options, unit_);
    const auto loss_at = [&](double steps) {
      return book.loss(adapter_at(steps * kStep)).item<double>();
    };
    return (8.0 * (loss_at(1) - loss_at(-1)) - (loss_at(2) - loss_at(-2))) / (12.0 * kStep);
  }

  launcher::Assembly assembly_;
  Unit unit_;
  std::vector<at::Tensor> leaves_;
};

TEST_F(RocmGradientEverywhere, IsThatOfFiniteDifferences) {
  const RocmOptions options = kl(model::ReferenceUse::kFull);
  const auto parts = model::views_of(gradient(options), assembly_.adapter.leaves());
  double slope = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    EXPECT_GT(parts[i].abs().max().item<double>(), 0.0) << "leaf " << i;
    slope += parts[i].mul(direction(i)).sum().item<double>();
  }
  const double measured = measured_slope(options);
  EXPECT_NEAR(slope, measured, 1e-7 * std::abs(measured));
}

TEST_F(RocmGradientEverywhere, IsThatOfOneWholeGraph) {
  const RocmOptions options = kl(model::ReferenceUse::kDetached);
  const at::Tensor expected =
      TextbookObjective(test::pipeline_of(assembly_), options, unit_).gradient(adapter_at(0.0));
  EXPECT_LE(gradient(options).sub(expected).norm().item<double>(),
            1e-12 * expected.norm().item<double>());
}

TEST_F(RocmGradientEverywhere, HasTheSameBitsWhenStepsAreRecomputed) {
  RocmOptions options = kl(model::ReferenceUse::kDetached);
  const at::Tensor kept = gradient(options);
  options.kept_steps = 0;
  EXPECT_TRUE(at::equal(gradient(options), kept));
}

}  // namespace
}  // namespace rocm::objective
