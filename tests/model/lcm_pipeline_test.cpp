// SPDX-License-Identifier: Apache-2.0
// A whole sampling run of the reference's pipeline: U-Net, scheduler, decoder.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/image_decoder.hpp"
#include "model/lcm_schedule.hpp"
#include "model/roll_out.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::golden_tensors;
using test::largest_difference;

UNet load_unet() {
  constexpr const char* name = "unet_tiny_lcm";
  Weights weights = test::golden_weights(name);
  return {UNetConfig::from_json(test::golden_config(name), name), WeightScope(weights), nullptr};
}

ImageDecoder load_decoder(at::ScalarType dtype = at::kFloat) {
  Weights weights = test::golden_weights("vae_tiny", dtype);
  const auto config = AutoencoderConfig::from_json(test::golden_config("vae_tiny"), "vae_tiny");
  return ImageDecoder(Autoencoder(config, WeightScope(weights)));
}

SamplingSchedule four_steps() {
  return lcm_schedule({}, 4, TimestepRule::kDiffusers);
}

at::Tensor noise_of(const data::NamedTensors& io) {
  return at::stack({io.at("latents0"), io.at("noise0"), io.at("noise1"), io.at("noise2")});
}

TEST(LcmPipeline, FedTheReferencesGuidanceEmbeddingGivesItsStates) {
  const at::NoGradGuard no_grad;
  const auto io = golden_tensors("lcm_pipeline_tiny.io");
  const UNet unet = load_unet();
  const TextFeatures text = unet.text_features(io.at("ctx"), nullptr);
  at::Tensor state = io.at("latents0");
  std::size_t n = 0;
  for (const SamplingStep& step : four_steps()) {
    const auto time = unet.time_features(step.timestep, io.at("w_embedding"), nullptr);
    const at::Tensor output = unet(state, time, text, nullptr);
    EXPECT_LT(largest_difference(output, io.at(fmt::format("eps{}", n))), 1e-5) << "step " << n;
    const at::Tensor mean = state.mul(step.state_scale).add(output, step.output_scale);
    state = mean.add(io.at(fmt::format("noise{}", n)), step.sigma);
    EXPECT_LT(test::relative_difference(state, io.at(fmt::format("prev{}", n))), 1e-5)
        << "step " << n;
    ++n;
  }
  EXPECT_LT(test::relative_difference(state, io.at("denoised3")), 1e-5);
}

TEST(LcmPipeline, DecodesTheReferencesLatentToItsPicture) {
  const auto io = golden_tensors("lcm_pipeline_tiny.io");
  const at::Tensor image_BCHW = load_decoder()(io.at("denoised3"));
  EXPECT_LT(largest_difference(image_BCHW, io.at("image01")), 1e-5);
  const at::Tensor levels = to_pixels_BHWC(image_BCHW).sub(io.at("image_u8")).ne(0);
  EXPECT_EQ(levels.sum().item<std::int64_t>(), 0);
}

TEST(LcmPipeline, RollsOutToTheReferencesPicture) {
  // The policy computes its own guidance embedding, which float32 sines of angles up to 7000 fix to
  // 5e-4 only; the trace with the stored embedding above is the sharp test.
  const auto io = golden_tensors("lcm_pipeline_tiny.io");
  const Policy policy(load_unet(), four_steps(), {.scale = 8.0});
  const Trajectory trajectory = roll_out(policy, nullptr, io.at("ctx"), noise_of(io));
  EXPECT_LT(test::relative_difference(trajectory.sample_BCHW, io.at("denoised3")), 5e-4);
  EXPECT_LT(largest_difference(load_decoder()(trajectory.sample_BCHW), io.at("image01")), 5e-4);
}

TEST(LcmPipeline, RecordsTheMeanAndStateOfEveryTransition) {
  const auto io = golden_tensors("lcm_pipeline_tiny.io");
  const Policy policy(load_unet(), four_steps(), {.scale = 8.0});
  const Trajectory trajectory = roll_out(policy, nullptr, io.at("ctx"), noise_of(io));
  ASSERT_EQ(trajectory.transitions.size(), 3U);
  EXPECT_TRUE(at::equal(trajectory.transitions[0].state_BCHW, io.at("latents0")));
  for (std::size_t n = 0; n + 1 < 3; ++n) {
    const at::Tensor next = trajectory.transitions[n].mean_BCHW.add(
        io.at(fmt::format("noise{}", n)), policy.schedule()[n].sigma);
    EXPECT_TRUE(at::equal(trajectory.transitions[n + 1].state_BCHW, next)) << "transition " << n;
  }
  EXPECT_FALSE(trajectory.transitions[0].reference_mean_BCHW.defined());
}

TEST(ImageDecoder, StopsGradientsOfPixelsOutOfRangeOnly) {
  const ImageDecoder decode = load_decoder(at::kDouble);
  const at::Tensor latent = test::deviates({1, 4, 4, 4}, 8).mul(0.5).requires_grad_();
  const at::Tensor image = decode(latent);
  const at::Tensor in_range = image.gt(0.0).logical_and(image.lt(1.0)).to(at::kDouble).detach();
  ASSERT_GT(in_range.sum().item<double>(), 0.0);
  ASSERT_LT(in_range.mean().item<double>(), 1.0);
  const auto inside = torch::autograd::grad({image.mul(in_range).sum()}, {latent}, {}, true)[0];
  EXPECT_GT(inside.abs().max().item<double>(), 0.0);
  const at::Tensor outside = image.mul(in_range.neg().add(1.0)).sum();
  const auto none = torch::autograd::grad({outside}, {latent})[0];
  EXPECT_EQ(none.abs().max().item<double>(), 0.0);
}

TEST(ToPixels, RoundsHalvesToEven) {
  const std::vector<double> levels{0.5, 1.5, 2.5, 254.5, 300.0, -3.0};
  const at::Tensor image =
      at::tensor(at::ArrayRef<double>(levels), at::kDouble).div(255.0).view({1, 3, 1, 2});
  const at::Tensor pixels = to_pixels_BHWC(image);
  EXPECT_EQ(pixels.sizes(), at::IntArrayRef({1, 1, 2, 3}));
  const at::Tensor channels_first = pixels.permute({0, 3, 1, 2}).flatten();
  const std::vector<std::int64_t> expected{0, 2, 2, 254, 255, 0};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(channels_first[static_cast<std::int64_t>(i)].item<std::int64_t>(), expected[i])
        << levels[i];
}

}  // namespace
}  // namespace rocm::model
