// SPDX-License-Identifier: Apache-2.0
#include "model/policy.hpp"

#include <cmath>

#include <ATen/ops/equal.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/ddim_schedule.hpp"
#include "model/lcm_schedule.hpp"
#include "model/roll_out.hpp"
#include "model/transition_log_probability.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;
using test::largest_difference;

UNet load_unet(const char* name, at::ScalarType dtype = at::kFloat, AdapterPlan* plan = nullptr) {
  Weights weights = test::golden_weights(name, dtype);
  return {UNetConfig::from_json(test::golden_config(name), name), WeightScope(weights), plan};
}

/// A latent, its prompts' text and the empty prompt's, for the diffusion model among the fixtures.
struct Scene {
  at::Tensor state, text, empty;

  explicit Scene(at::ScalarType dtype = at::kFloat)
      : state(deviates({2, 4, 8, 8}, 1).to(dtype)),
        text(deviates({2, 7, 32}, 2).to(dtype)),
        empty(deviates({1, 7, 32}, 3).to(dtype)) {}

  [[nodiscard]] Policy policy(double scale, double eta = 1.0) const {
    return {load_unet("unet_tiny_sd"),
            ddim_schedule({}, 5, eta),
            {.scale = scale, .unconditional_1LD = empty}};
  }

  [[nodiscard]] at::Tensor output(const Policy& policy, const at::Tensor& text_BLD) const {
    return policy.output(1, state, policy.condition(text_BLD, nullptr), nullptr);
  }
};

TEST(Policy, OfADiffusionModelIsGuidedAwayFromTheEmptyPrompt) {
  const Scene scene;
  const Policy plain = scene.policy(1.0);
  const at::Tensor with = scene.output(plain, scene.text);
  const at::Tensor without = scene.output(plain, scene.empty.expand_as(scene.text));
  const at::Tensor expected = without.add(with.sub(without), 7.5);
  const at::Tensor guided = scene.output(scene.policy(7.5), scene.text);
  EXPECT_LT(largest_difference(guided, expected), 1e-5);
  EXPECT_GT(largest_difference(guided, with), 0.1);
}

TEST(Policy, OfADiffusionModelIsNotGuidedAtScalesUpToOne) {
  const Scene scene;
  const at::Tensor plain = scene.output(scene.policy(1.0), scene.text);
  EXPECT_TRUE(at::equal(scene.output(scene.policy(0.5), scene.text), plain));
  EXPECT_FALSE(at::equal(scene.output(scene.policy(1.01), scene.text), plain));
}

TEST(Policy, ReadsTheGuidanceScaleByItsConvention) {
  const Scene scene;
  const auto output = [&](double scale, GuidanceConvention convention) {
    const Policy policy(load_unet("unet_tiny_lcm"), lcm_schedule({}, 4, TimestepRule::kDiffusers),
                        {.scale = scale, .convention = convention, .unconditional_1LD = {}});
    return scene.output(policy, scene.text);
  };
  const at::Tensor eight = output(8.0, GuidanceConvention::kDiffusers);
  EXPECT_TRUE(at::equal(output(7.0, GuidanceConvention::kOriginal), eight));
  EXPECT_FALSE(at::equal(output(8.0, GuidanceConvention::kOriginal), eight));
}

TEST(Policy, CombinesTheHalvesOfGuidanceInTheStatesPrecision) {
  const Scene scene;
  const Policy policy(load_unet("unet_tiny_sd", at::kBFloat16), ddim_schedule({}, 5, 0.0),
                      {.scale = 7.5, .unconditional_1LD = scene.empty});
  const at::Tensor output = scene.output(policy, scene.text);
  EXPECT_EQ(output.scalar_type(), at::kFloat);
  EXPECT_FALSE(at::equal(output, output.to(at::kBFloat16).to(at::kFloat)));
}

TEST(RollOut, WithoutNoiseHasNoTransitionAndReadsNoNoise) {
  const Scene scene;
  const Trajectory trajectory =
      roll_out(scene.policy(2.0, 0.0), nullptr, scene.text, scene.state.unsqueeze(0));
  EXPECT_TRUE(trajectory.transitions.empty());
  EXPECT_EQ(trajectory.sample_BCHW.sizes(), scene.state.sizes());
}

TEST(RollOut, WithNoiseEndsInADrawOfTheLastTransition) {
  const Scene scene;
  const Policy policy = scene.policy(2.0);
  const at::Tensor z_NBCHW = deviates({6, 2, 4, 8, 8}, 4).to(at::kFloat);
  const Trajectory trajectory = roll_out(policy, nullptr, scene.text, z_NBCHW);
  ASSERT_EQ(trajectory.transitions.size(), 5U);
  const at::Tensor last =
      trajectory.transitions[4].mean_BCHW.add(z_NBCHW[5], policy.schedule()[4].sigma);
  EXPECT_TRUE(at::equal(trajectory.sample_BCHW, last));
  for (std::size_t n = 0; n < 5; ++n) {
    const at::Tensor next =
        n < 4 ? trajectory.transitions[n + 1].state_BCHW : trajectory.sample_BCHW;
    const double sigma = policy.schedule()[n].sigma;
    const at::Tensor log_probability =
        transition_log_probability(next, trajectory.transitions[n].mean_BCHW, sigma);
    const at::Tensor of_noise = transition_log_probability(
        z_NBCHW[static_cast<std::int64_t>(n) + 1].mul(sigma), at::zeros_like(next), sigma);
    EXPECT_LT(largest_difference(log_probability, of_noise), 1e-3) << "transition " << n;
  }
}

/// What policy gradients differentiate: a log-probability, through guidance, by the adapter.
class LogProbabilityByTheAdapter : public ::testing::Test {
 protected:
  [[nodiscard]] at::Tensor value(const LowRankAdapter& adapter) const {
    const TextFeatures text = policy_.condition(scene_.text, &adapter);
    const at::Tensor output = policy_.output(1, scene_.state, text, &adapter);
    const at::Tensor mean = policy_.mean(1, scene_.state, output);
    const at::Tensor next = deviates({2, 4, 8, 8}, 6);
    return test::weighed_sum(transition_log_probability(next, mean, policy_.schedule()[1].sigma));
  }

  /// `step` along a random direction, from a B that is not zero.
  [[nodiscard]] LowRankAdapter at(double step) const {
    std::vector<at::Tensor> leaves;
    std::uint64_t seed = 100;
    for (const AdaptedLayer& layer : plan_.layers()) {
      for (const auto& shape : {layer.a_shape, layer.b_shape}) {
        leaves.push_back(deviates(shape, seed).mul(0.2).add(deviates(shape, 2 * seed), step));
        ++seed;
      }
    }
    return LowRankAdapter::from_leaves(plan_, std::move(leaves));
  }

  Scene scene_{at::kDouble};
  AdapterPlan plan_{{"to_q", "attn2.to_k"}, 2, 1.0};
  Policy policy_{load_unet("unet_tiny_sd", at::kDouble, &plan_), ddim_schedule({}, 5, 1.0),
                 Guidance{.scale = 3.0, .unconditional_1LD = scene_.empty}};
};

TEST_F(LogProbabilityByTheAdapter, HasTheGradientOfFiniteDifferences) {
  const LowRankAdapter here = at(0.0);
  const auto gradients = torch::autograd::grad({value(here)}, here.leaves());
  double differentiated = 0.0;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const at::Tensor direction = deviates(gradients[i].sizes(), 2 * (100 + i));
    differentiated += gradients[i].mul(direction).sum().item<double>();
  }
  constexpr double kStep = 1e-5;
  const auto value_at = [&](double step) { return value(at(step)).item<double>(); };
  const double near = value_at(kStep) - value_at(-kStep);
  const double far = value_at(2.0 * kStep) - value_at(-2.0 * kStep);
  EXPECT_NEAR(differentiated, (8.0 * near - far) / (12.0 * kStep), 1e-7 * std::abs(differentiated));
}

}  // namespace
}  // namespace rocm::model
