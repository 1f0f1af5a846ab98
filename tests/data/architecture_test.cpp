// SPDX-License-Identifier: Apache-2.0
#include "data/architecture.hpp"

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "data/weights_file.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

/// A list of tests/golden/keys: "name [2, 3]" a line, comments with #.
TensorShapes keys_of(const std::string& list) {
  std::ifstream file(test::golden_folder() / "keys" / (list + ".txt"));
  TensorShapes shapes;
  for (std::string line; std::getline(file, line);) {
    const std::size_t bracket = line.find(" [");
    if (line.starts_with('#') || bracket == std::string::npos) continue;
    std::istringstream numbers(line.substr(bracket + 2));
    std::vector<std::int64_t>& shape = shapes[line.substr(0, bracket)];
    for (std::int64_t length = 0; numbers >> length; numbers.ignore(1)) shape.push_back(length);
  }
  return shapes;
}

TensorShapes shapes_of_file(const std::string& name) {
  TensorShapes shapes;
  for (const auto& [key, tensor] : read_weights_file(test::golden_folder() / name))
    shapes.emplace(key, tensor.sizes().vec());
  return shapes;
}

/// The tensors of every real model, from the reference classes.
const std::vector<std::pair<std::string, std::string>> kPublished = {
    {"lcm_unet", "U-Net, Stable Diffusion 1.x, latent consistency model"},
    {"sd15_vae", "VAE (AutoencoderKL), 4 latent channels"},
    {"sd15_text_encoder", "CLIP text encoder of ViT-L/14 (Stable Diffusion 1.x)"},
    {"hf_clip_vit_b32", "CLIP ViT-B/32, Hugging Face names"},
    {"hf_clip_vit_l14", "CLIP ViT-L/14, Hugging Face names"},
    {"hf_clip_vit_h14_pickscore", "CLIP ViT-H/14, Hugging Face names"},
    {"openai_clip_vit_l14", "CLIP ViT-L/14, OpenAI names"},
    {"openclip_vit_h14_hpsv2", "CLIP ViT-H/14, open_clip names"},
    {"hf_blip_itm_base", "BLIP base, Hugging Face names, with the ITM head"},
    {"hf_blip_itm_large", "BLIP large, Hugging Face names, with the ITM head"},
    {"imagereward_v1", "ImageReward (BLIP large, Salesforce names)"}};

TEST(ArchitectureOf, NamesEveryPublishedModelByItsTensors) {
  for (const auto& [list, description] : kPublished) {
    const TensorShapes shapes = keys_of(list);
    EXPECT_GT(shapes.size(), 100U) << list;
    EXPECT_EQ(architecture_of(shapes), description) << list;
  }
}

TEST(ArchitectureOf, TellsSizesThatNobodyPublishedInNumbers) {
  const auto seems = [](const std::string& file) { return architecture_of(shapes_of_file(file)); };
  EXPECT_EQ(seems("unet_tiny_lcm.weights.safetensors"),
            "U-Net, text width 32, latent consistency model");
  EXPECT_EQ(seems("unet_tiny_sd.weights.safetensors"), "U-Net, text width 32");
  EXPECT_EQ(seems("openclip_tiny.weights.safetensors"),
            "CLIP of image width 64, patch 7, OpenAI names");
  EXPECT_EQ(seems("blip_sf_tiny.pth"),
            "BLIP of image width 40, Salesforce names, with the ITM head");
}

TEST(ArchitectureOf, KnowsOldAndOtherNames) {
  EXPECT_EQ(architecture_of(shapes_of_file("vae_tiny.oldnames.safetensors")),
            "VAE (AutoencoderKL), 4 latent channels, names of diffusers before 0.18");
  EXPECT_EQ(architecture_of({{"embeddings.token_embedding.weight", {49408, 1024}},
                             {"text_projection.weight", {1024, 1024}}}),
            "CLIP text encoder of ViT-H/14 (Stable Diffusion 2.x), with projection");
  EXPECT_EQ(
      architecture_of({{"visual_encoder.cls_token", {1, 1, 1024}}, {"image_queue", {256, 1}}}),
      "BLIP large, Salesforce names, pretrained, with its queues");
  EXPECT_EQ(architecture_of({{"model.diffusion_model.out.2.weight", {4, 320, 3, 3}}}),
            "Stable Diffusion in one file, the original layout (convert it to a diffusers folder)");
}

TEST(ArchitectureOf, TellsStableDiffusionByTheWidthOfItsText) {
  TensorShapes shapes = {{"conv_in.weight", {320, 9, 3, 3}},
                         {"down_blocks.0.attn2.to_k.weight", {320, 1024}},
                         {"time_embedding.linear_1.weight", {1280, 320}}};
  EXPECT_EQ(architecture_of(shapes), "U-Net, Stable Diffusion 2.x, 9 input channels");
  shapes["conv_in.weight"] = {320, 4, 3, 3};
  shapes["down_blocks.0.attn2.to_k.weight"] = {320, 2048};
  EXPECT_EQ(architecture_of(shapes), "U-Net, Stable Diffusion XL");
}

TEST(ArchitectureOf, KnowsTheAestheticHead) {
  EXPECT_EQ(architecture_of({{"layers.0.weight", {1024, 768}}, {"layers.7.weight", {1, 16}}}),
            "aesthetic head, for CLIP embeddings of width 768");
}

TEST(ArchitectureOf, DescribesAdaptersInEveryFormat) {
  const std::string layers =
      "rank 4, 110 layers (ff.net.0.proj, proj_in, to_k, to_out.0, to_q, to_v)";
  EXPECT_EQ(architecture_of(shapes_of_file("lora_tiny.diffusers.safetensors")),
            "LoRA, diffusers names, " + layers);
  EXPECT_EQ(architecture_of(shapes_of_file("lora_tiny.kohya.safetensors")),
            "LoRA, kohya names, " + layers);
  EXPECT_EQ(architecture_of(shapes_of_file("lora_tiny_peft/adapter_model.safetensors")),
            "LoRA, PEFT names, " + layers);
  EXPECT_EQ(architecture_of({{"unet.mid.to_q.lora_A.weight", {2, 8}},
                             {"unet.mid.to_q.lora_B.weight", {8, 2}},
                             {"text_encoder.q_proj.lora_A.weight", {2, 8}}}),
            "LoRA, diffusers names, rank 2, 1 layers (to_q), and of a text encoder");
}

TEST(ArchitectureOf, KnowsTheFilesOfThisProgram) {
  EXPECT_EQ(architecture_of({{"z", {8, 16, 4, 8, 8}}}),
            "noise to replay, 8 draws for 16 samples of 4 x 8 x 8");
  EXPECT_EQ(architecture_of({{"z", {2, 8, 16, 4, 8, 8}}}),
            "noise to replay, 2 iterations of 8 draws for 16 samples of 4 x 8 x 8");
  EXPECT_EQ(architecture_of({{"master.a.lora_A.weight", {4, 8}}, {"moment_1.a", {4}}}),
            "optimizer state of a checkpoint");
  TensorShapes dump = {{"latent", {1}}, {"sigma", {7}}, {"timesteps", {8}}};
  EXPECT_EQ(architecture_of(dump), "tensors that sample wrote");
  dump["gradient.a.lora_A.weight"] = {4, 8};
  EXPECT_EQ(architecture_of(dump), "tensors that probe wrote");
}

TEST(ArchitectureOf, AdmitsWhatItDoesNotKnow) {
  EXPECT_EQ(architecture_of({}), "unknown");
  EXPECT_EQ(architecture_of({{"x", {1}}}), "unknown");
  EXPECT_EQ(architecture_of({{"visual.conv1.weight", {3}}, {"token_embedding.weight", {}}}),
            "CLIP with a strange image tower, OpenAI names");
}

}  // namespace
}  // namespace rocm::data
