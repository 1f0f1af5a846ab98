// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>

#include <ATen/ops/empty.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "model/autoencoder.hpp"
#include "model/clip_model.hpp"
#include "model/unet.hpp"
#include "tests/model/golden_file.hpp"

namespace rocm::model {
namespace {

using Json = nlohmann::json;

/// The names and shapes of a published model, one `name [d0, d1, ...]` a line, as tensors that have
/// no memory: building a network from them proves that it takes exactly these.
model::Weights published(const std::string& model) {
  std::ifstream file(test::golden("keys/" + model + ".txt"));
  std::map<std::string, at::Tensor> tensors;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t space = line.find(' ');
    std::istringstream numbers(line.substr(space + 2));
    std::vector<std::int64_t> shape;
    for (std::int64_t size = 0; numbers >> size; numbers.ignore()) shape.push_back(size);
    tensors[line.substr(0, space)] =
        at::empty(shape, at::TensorOptions(at::kFloat).device(at::kMeta));
  }
  EXPECT_FALSE(tensors.empty()) << model;
  return {std::move(tensors), model, at::kFloat, at::kMeta};
}

Json lcm_unet() {
  return {{"attention_head_dim", 8}, {"cross_attention_dim", 768}, {"time_cond_proj_dim", 256}};
}

TEST(RealSizes, TheUNetOfLcmDreamshaperTakesExactlyItsTensors) {
  model::Weights weights = published("lcm_unet");
  AdapterPlan plan({"to_q", "to_k", "to_v", "to_out.0"}, 16, 2.0);
  const UNet unet(UNetConfig::from_json(lcm_unet(), "lcm"), WeightScope(weights), &plan);
  weights.expect_all_taken();
  EXPECT_EQ(plan.layers().size(), 128U);
  std::int64_t parameters = 0;
  for (const AdaptedLayer& layer : plan.layers())
    parameters += 16 * (layer.a_shape[1] + layer.b_shape[0]);
  EXPECT_EQ(parameters, 3'188'736);
}

TEST(RealSizes, TheUNetOfStableDiffusion15HasNoGuidanceProjection) {
  model::Weights weights = published("lcm_unet");
  Json json = lcm_unet();
  json["time_cond_proj_dim"] = nullptr;
  const UNet unet(UNetConfig::from_json(json, "sd15"), WeightScope(weights), nullptr);
  try {
    weights.expect_all_taken();
    FAIL() << "expected the guidance projection to be left over";
  } catch (const Failure& failure) {
    EXPECT_THAT(failure.what(),
                ::testing::HasSubstr("1 unexpected tensors: \"time_embedding.cond_proj.weight\""));
  }
}

TEST(RealSizes, TheAutoencoderOfStableDiffusion15TakesExactlyItsTensors) {
  model::Weights weights = published("sd15_vae");
  const Json down(std::vector<std::string>(4, "DownEncoderBlock2D"));
  const Json up(std::vector<std::string>(4, "UpDecoderBlock2D"));
  const Json json = {{"block_out_channels", {128, 256, 512, 512}},
                     {"layers_per_block", 2},
                     {"down_block_types", down},
                     {"up_block_types", up}};
  const auto config = AutoencoderConfig::from_json(json, "vae");
  EXPECT_EQ(config.downscale(), 8);
  const Autoencoder vae(config, WeightScope(weights));
  weights.expect_all_taken();
}

TEST(RealSizes, TheTextEncoderOfStableDiffusion15TakesExactlyItsTensors) {
  model::Weights weights = published("sd15_text_encoder");
  const Json json = {
      {"hidden_size", 768}, {"num_attention_heads", 12}, {"intermediate_size", 3072}};
  const ClipText text(ClipTextConfig::from_json(json, "text"), WeightScope(weights) / "text_model");
  weights.expect_all_taken();
}

void expect_clip(const std::string& model, const Json& json) {
  model::Weights weights = published(model);
  const ClipModel clip(ClipConfig::from_json(json, model), WeightScope(weights));
  weights.expect_all_taken();
}

Json tower(std::int64_t width, std::int64_t layers, std::int64_t heads, std::int64_t patch) {
  return {{"hidden_size", width},
          {"num_hidden_layers", layers},
          {"num_attention_heads", heads},
          {"intermediate_size", 4 * width},
          {"patch_size", patch}};
}

TEST(RealSizes, TheClipModelsTakeExactlyTheirTensors) {
  expect_clip("hf_clip_vit_b32", Json::object());
  expect_clip("hf_clip_vit_l14", {{"text_config", tower(768, 12, 12, 14)},
                                  {"vision_config", tower(1024, 24, 16, 14)},
                                  {"projection_dim", 768}});
  expect_clip("hf_clip_vit_h14_pickscore", {{"text_config", tower(1024, 24, 16, 14)},
                                            {"vision_config", tower(1280, 32, 16, 14)},
                                            {"projection_dim", 1024}});
}

}  // namespace
}  // namespace rocm::model
