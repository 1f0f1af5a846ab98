// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include <ATen/ops/linspace.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "data/blip_names.hpp"
#include "model/image_decoder.hpp"
#include "model/rewards/aesthetic_reward.hpp"
#include "model/rewards/blip_rewards.hpp"
#include "model/rewards/clip_reward.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;

/// Every reward that is a network, on tiny weights in float64.
struct Made {
  const char* name;
  std::unique_ptr<Reward> (*make)();
};

ClipModel tiny_clip() {
  Weights weights = test::golden_weights("clip_tiny_gelu", at::kDouble);
  return {ClipConfig::from_json(test::golden_config("clip_tiny_gelu"), "clip"),
          WeightScope(weights)};
}

/// Ids whatever the caption: the captions of these tests do not matter.
at::Tensor some_ids(const std::string&) {
  return test::golden_tensors("clip_tiny_gelu.io").at("ids").narrow(0, 0, 1);
}

Weights imagereward_weights() {
  return {data::with_transformers_blip_names(test::golden_tensors("imagereward_tiny.weights")),
          "file", at::kDouble, at::kCPU};
}

BlipModel tiny_blip() {
  BlipConfig config = BlipConfig::from_json(test::golden_config("blip_tiny"), "blip");
  config.vision.hidden_width = 160;
  Weights weights = imagereward_weights();
  return {config, WeightScope(weights)};
}

BertTokens some_tokens(const std::string&) {
  const auto io = test::golden_tensors("imagereward_tiny.io");
  return {.ids_BL = io.at("ids").narrow(0, 0, 1), .mask_BL = io.at("mask").narrow(0, 0, 1)};
}

constexpr ImagePreprocess kFor28{.size = 28};
constexpr ImagePreprocess kFor32{.size = 32, .framing = Framing::kCentreCropHalfEven};
constexpr ImagePreprocess kSquare32{.size = 32, .framing = Framing::kSquare};
constexpr ImagePreprocess kBilinear28{
    .size = 28, .tensor_resize = {.interpolation = Interpolation::kBilinear, .antialias = false}};

std::unique_ptr<Reward> make_clip_reward(const ImagePreprocess& preprocess, CosineScale scale) {
  return std::make_unique<ClipReward>("clip", tiny_clip(), preprocess, some_ids, scale);
}

AffineHead head_on(std::int64_t features) {
  std::map<std::string, at::Tensor> tensors;
  const std::vector<std::int64_t> widths{features, 6, 5, 4, 3, 1};
  for (std::size_t i = 0; i < AffineHead::kPlaces.size(); ++i) {
    const std::string layer = "layers." + std::to_string(AffineHead::kPlaces[i]);
    tensors[layer + ".weight"] = deviates({widths[i + 1], widths[i]}, i);
    tensors[layer + ".bias"] = deviates({widths[i + 1]}, 10 + i);
  }
  Weights weights(tensors, "head", at::kDouble, at::kCPU);
  return {WeightScope(weights), widths};
}

const std::vector<Made> kRewards{
    {"pickscore", [] { return make_clip_reward(kFor28, CosineScale::kLogitScale); }},
    {"clipscore", [] { return make_clip_reward(kFor28, CosineScale::kNone); }},
    {"clipscore, bilinear", [] { return make_clip_reward(kBilinear28, CosineScale::kNone); }},
    {"aesthetic",
     []() -> std::unique_ptr<Reward> {
       return std::make_unique<AestheticReward>("aesthetic", tiny_clip(), head_on(24), kFor28);
     }},
    {"blipscore",
     []() -> std::unique_ptr<Reward> {
       return std::make_unique<BlipContrastReward>("blipscore", tiny_blip(), kFor32, some_tokens);
     }},
    {"blip_itm",
     []() -> std::unique_ptr<Reward> {
       return std::make_unique<BlipMatchReward>("blip_itm", tiny_blip(), kSquare32, some_tokens);
     }},
    {"imagereward", []() -> std::unique_ptr<Reward> {
       return std::make_unique<ImageRewardReward>("imagereward", tiny_blip(), head_on(32), kFor32,
                                                  some_tokens);
     }}};

TEST(Rewards, HaveTheGradientOfFiniteDifferences) {
  const std::vector<std::string> captions{"one", "two"};
  for (const Made& made : kRewards) {
    SCOPED_TRACE(made.name);
    const auto reward = made.make();
    test::expect_right_gradients(
        [&](const std::vector<at::Tensor>& image) {
          return test::weighed_sum(reward->evaluate(image[0], captions));
        },
        {deviates({2, 3, 37, 45}, 5).mul(0.2).add(0.5)});
  }
}

TEST(Rewards, ReachTheLatentThroughTheDecoder) {
  Weights weights = test::golden_weights("vae_tiny", at::kDouble);
  const ImageDecoder decode(Autoencoder(
      AutoencoderConfig::from_json(test::golden_config("vae_tiny"), "vae"), WeightScope(weights)));
  const std::vector<std::string> captions{"one"};
  for (const Made& made : kRewards) {
    const at::Tensor latent = deviates({1, 4, 8, 8}, 3).mul(0.1).requires_grad_();
    const at::Tensor score_B = made.make()->evaluate(decode(latent), captions);
    const auto gradient = torch::autograd::grad({score_B.sum()}, {latent});
    EXPECT_GT(gradient[0].norm().item<double>(), 0.0) << made.name;
  }
}

TEST(Rewards, AreTheSameNetworkAsMetrics) {
  // A picture that fits the tower and is made of whole grey levels is resized by neither path.
  const std::vector<std::string> captions{"one"};
  for (const Made& made : kRewards) {
    const std::int64_t side =
        std::string(made.name).starts_with("blip") || std::string(made.name) == "imagereward" ? 32
                                                                                              : 28;
    const at::Tensor pixels = at::linspace(0, 255, side * side * 3, at::kDouble)
                                  .floor()
                                  .to(at::kByte)
                                  .view({1, side, side, 3});
    const auto reward = made.make();
    const at::Tensor image = pixels.permute({0, 3, 1, 2}).to(at::kDouble).div(255.0);
    EXPECT_LT(test::largest_difference(reward->measure(pixels, captions),
                                       reward->evaluate(image, captions)),
              1e-5)
        << made.name;
  }
}

TEST(ImagePreprocess, HalfPixelsOfACropGoToTheEvenSideAsInTorchvision) {
  // 35 columns, 32 stay: transformers begins at 1, torchvision at round(1.5) = 2.
  const at::Tensor columns = at::linspace(0, 34, 35, at::kDouble).expand({1, 3, 32, 35});
  const auto first_column = [&](const ImagePreprocess& preprocess) {
    const at::Tensor value = preprocess.differentiable(columns)[0][0][0][0];
    return value.mul(preprocess.deviation[0]).add(preprocess.mean[0]).item<double>();
  };
  EXPECT_NEAR(first_column({.size = 32}), 1.0, 1e-12);
  EXPECT_NEAR(first_column(kFor32), 2.0, 1e-12);
}

TEST(ImagePreprocess, ForHpsv2ResizesTheTensorAlsoInMetrics) {
  const auto io = test::golden_tensors("image_preprocess");
  const ImagePreprocess hps{
      .size = 32, .framing = Framing::kCentreCropHalfEven, .metric_resize = MetricResize::kTensor};
  const at::Tensor pixels_BHWC = io.at("src").unsqueeze(0);
  EXPECT_LT(test::largest_difference(hps.exact(pixels_BHWC)[0], io.at("hps_tensor_aa_32")), 1e-5);
  ImagePreprocess old = hps;
  old.tensor_resize.antialias = false;
  EXPECT_LT(test::largest_difference(old.exact(pixels_BHWC)[0], io.at("hps_tensor_noaa_32")), 5e-5);
}

}  // namespace
}  // namespace rocm::model
