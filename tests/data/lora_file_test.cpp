// SPDX-License-Identifier: Apache-2.0
#include "data/lora_file.hpp"

#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "data/safetensors.hpp"
#include "data/safetensors_writer.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;
using rocm::test::failure_of;
using rocm::test::ScratchFolder;

const fs::path kGolden = test::golden_folder();

/// Every layer of the tiny U-Net that the golden adapters belong to.
std::vector<std::string> tiny_unet_modules() {
  std::vector<std::string> modules;
  const auto file = SafetensorsFile::open(kGolden / "unet_tiny_lcm.weights.safetensors");
  for (const TensorInfo& info : file.tensors()) {
    constexpr std::string_view kWeight = ".weight";
    if (!info.name.ends_with(kWeight)) continue;
    modules.push_back(info.name.substr(0, info.name.size() - kWeight.size()));
  }
  return modules;
}

/// Layers with every trap of kohya's names: "_" inside and between, numbers at the end.
const std::vector<std::string> kModules = {"conv_in", "mid_block.attn1.to_q",
                                           "mid_block.attn1.to_out.0"};

/// A [2, 3] of ones and B [3, 2] of ones under a layer's names.
NamedTensors layer(const std::string& A_name, const std::string& B_name) {
  return {{A_name, at::ones({2, 3})}, {B_name, at::ones({3, 2})}};
}

NamedTensors diffusers_layer(const std::string& module) {
  return layer("unet." + module + ".lora_A.weight", "unet." + module + ".lora_B.weight");
}

LoraFile read(const NamedTensors& tensors,
              const std::map<std::string, std::string>& metadata = torch_metadata()) {
  const ScratchFolder folder;
  write_safetensors(folder / "lora.safetensors", tensors, metadata);
  return read_lora(folder / "lora.safetensors", kModules);
}

std::string refusal_of(const NamedTensors& tensors) {
  return failure_of(ExitCode::kInput, [&] { (void)read(tensors); });
}

::testing::AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << text;
}

// --- the golden adapters ----------------------------------------------------------------------

/// Layer by layer the same A and the same effective B, bit for bit.
void expect_same_effect(const LoraFile& a, const LoraFile& b) {
  ASSERT_EQ(a.modules.size(), b.modules.size());
  for (const auto& [module, pair] : a.modules) {
    ASSERT_TRUE(b.modules.contains(module)) << module;
    EXPECT_TRUE(pair.A.equal(b.modules.at(module).A)) << module;
    EXPECT_TRUE(effective_B(pair).equal(effective_B(b.modules.at(module)))) << module;
  }
}

TEST(LoraFile, HasTheSameEffectInEveryFormat) {
  const auto modules = tiny_unet_modules();
  const auto diffusers = read_lora(kGolden / "lora_tiny.diffusers.safetensors", modules);
  EXPECT_EQ(diffusers.format, LoraFormat::kDiffusers);
  EXPECT_EQ(diffusers.modules.size(), 110U);
  EXPECT_EQ(diffusers.modules.begin()->second.scale, 2.0);

  const auto baked = read_lora(kGolden / "lora_tiny.diffusers_baked.safetensors", modules);
  EXPECT_EQ(baked.modules.begin()->second.scale, 1.0);
  expect_same_effect(diffusers, baked);

  const auto kohya = read_lora(kGolden / "lora_tiny.kohya.safetensors", modules);
  EXPECT_EQ(kohya.format, LoraFormat::kKohya);
  expect_same_effect(diffusers, kohya);

  const auto peft = read_lora(kGolden / "lora_tiny_peft", modules);
  EXPECT_EQ(peft.format, LoraFormat::kPeft);
  EXPECT_EQ(peft.files.size(), 2U);
  expect_same_effect(diffusers, peft);
}

TEST(LoraFile, KeepsTheKernelsOfConvolutions) {
  const auto lora = read_lora(kGolden / "lora_tiny.kohya.safetensors", tiny_unet_modules());
  EXPECT_EQ(lora.modules.at("down_blocks.0.attentions.0.proj_in").A.sizes(),
            (at::IntArrayRef{4, 8, 1, 1}));
}

TEST(LoraFile, OfPeftIsReadByItsWeightsToo) {
  const auto modules = tiny_unet_modules();
  expect_same_effect(read_lora(kGolden / "lora_tiny_peft", modules),
                     read_lora(kGolden / "lora_tiny_peft/adapter_model.safetensors", modules));
}

// --- where the scale comes from ---------------------------------------------------------------

TEST(LoraFile, WithoutAlphaHasScaleOne) {
  EXPECT_EQ(read(diffusers_layer("conv_in")).modules.at("conv_in").scale, 1.0);
}

TEST(LoraFile, TakesAlphaFromTheTensorsBeforeTheMetadata) {
  NamedTensors tensors = diffusers_layer("conv_in");
  const std::map<std::string, std::string> metadata = {
      {"lora_adapter_metadata", R"({"unet.r": 2, "unet.lora_alpha": 10})"}};
  EXPECT_EQ(read(tensors, metadata).modules.at("conv_in").scale, 5.0);
  tensors["unet.conv_in.alpha"] = at::full({}, 6.0, at::kHalf);
  EXPECT_EQ(read(tensors, metadata).modules.at("conv_in").scale, 3.0);
}

TEST(EffectiveB, IsScaleTimesBInAtLeastSinglePrecision) {
  const LowRankPair pair{at::ones({2, 3}), at::full({3, 2}, 0.5, at::kHalf), 3.0};
  EXPECT_EQ(effective_B(pair).scalar_type(), at::kFloat);
  EXPECT_TRUE(effective_B(pair).equal(at::full({3, 2}, 1.5)));
}

// --- spellings and folders --------------------------------------------------------------------

TEST(LoraFile, ReadsTheOldAttentionProcessorNames) {
  const auto lora = read(layer("mid_block.attn1.processor.to_out_lora.down.weight",
                               "mid_block.attn1.processor.to_out_lora.up.weight"));
  EXPECT_TRUE(lora.modules.contains("mid_block.attn1.to_out.0"));
}

TEST(LoraFile, ReadsTheFileThatOldReleasesOfDiffusersSaved) {
  const std::string attention = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.";
  const auto lora = read_lora_unresolved(kGolden / "lora_processor.bin");
  ASSERT_EQ(lora.modules.size(), 2U);
  const LowRankPair& query = lora.modules.at(attention + "to_q");
  EXPECT_TRUE(query.A.equal(at::arange(6, at::kFloat).view({2, 3})));
  EXPECT_TRUE(query.B.equal(at::arange(6, at::kFloat).view({3, 2})));
  EXPECT_EQ(query.scale, 1.0);
  EXPECT_EQ(lora.modules.at(attention + "to_out.0").A.scalar_type(), at::kHalf);
}

TEST(LoraFile, OfTorchSaveIsFoundInAFolder) {
  for (const char* name : {"pytorch_lora_weights.bin", "adapter_model.bin"}) {
    const ScratchFolder folder;
    fs::copy_file(kGolden / "lora_processor.bin", folder / name);
    EXPECT_EQ(read_lora_unresolved(folder.path()).files.front().filename(), name);
  }
}

TEST(LoraFile, ResolvesTheAmbiguousNamesOfKohyaByTheLayers) {
  const auto lora = read(layer("lora_unet_mid_block_attn1_to_out_0.lora_down.weight",
                               "lora_unet_mid_block_attn1_to_out_0.lora_up.weight"));
  EXPECT_TRUE(lora.modules.contains("mid_block.attn1.to_out.0"));
}

TEST(LoraFile, IsFoundInAFolder) {
  for (const char* name :
       {"pytorch_lora_weights.safetensors", "lora.safetensors", "adapter_model.safetensors"}) {
    const ScratchFolder folder;
    write_safetensors(folder / name, diffusers_layer("conv_in"));
    EXPECT_EQ(read_lora(folder.path(), kModules).files.front().filename(), name);
  }
}

TEST(LoraFile, RefusesAFolderWithoutAnAdapter) {
  const ScratchFolder folder;
  folder.write("readme.txt", "");
  const auto message =
      failure_of(ExitCode::kInput, [&] { (void)read_lora(folder.path(), kModules); });
  EXPECT_TRUE(contains(message, "there is no adapter in the folder"));
}

// --- what must be refused ---------------------------------------------------------------------

TEST(LoraFile, RefusesLayersThatTheUNetLacks) {
  EXPECT_TRUE(contains(refusal_of(diffusers_layer("conv_out")),
                       "it adapts layers that the U-Net lacks: \"conv_out\" ("));
}

TEST(LoraFile, NamesTheFirstFewOfManyStrangers) {
  NamedTensors tensors = diffusers_layer("conv_in");
  for (int i = 0; i < 5; ++i) tensors[fmt::format("x{}.weight", i)] = at::ones({1});
  EXPECT_TRUE(contains(
      refusal_of(tensors),
      "no adapter of its format has: \"x0.weight\", \"x1.weight\", \"x2.weight\" and 2 more"));
}

TEST(LoraFile, RefusesDoraAndOtherExtensionsByTheirNames) {
  const std::vector<std::pair<std::string, std::string>> extensions = {
      {"unet.conv_in.lora_magnitude_vector", "the magnitude of DoRA"},
      {"lora_unet_conv_in.dora_scale", "the magnitude of DoRA"},
      {"lora_unet_conv_in.hada_w1_a", "a Hadamard factor of LoHa"},
      {"lora_unet_conv_in.lokr_w1", "a Kronecker factor of LoKr"},
      {"lora_unet_conv_in.lora_mid.weight", "the middle factor of LoCon"},
      {"base_model.model.conv_in.lora_B.bias", "a bias of the adapter"},
      {"base_model.model.conv_in.base_layer.bias", "a trained bias of the base model"},
      {"base_model.model.conv_in.modules_to_save.weight", "modules_to_save"}};
  for (const auto& [name, meaning] : extensions) {
    const std::string message = refusal_of({{name, at::ones({3})}});
    EXPECT_TRUE(contains(message, "\"" + name + "\" is ")) << name;
    EXPECT_TRUE(contains(message, meaning)) << name;
  }
}

TEST(LoraFile, RefusesTextEncoderAdapters) {
  NamedTensors tensors = diffusers_layer("conv_in");
  for (const char* name :
       {"text_encoder.text_model.x.lora_A.weight", "lora_te_text_model_x.lora_down.weight",
        "text_encoder.text_model.x.lora_linear_layer.down.weight",
        "base_model.model.text_model.x.lora_A.weight"}) {
    tensors[name] = at::ones({2, 3});
    EXPECT_TRUE(contains(refusal_of(tensors), "it adapts a text encoder")) << name;
    tensors.erase(name);
  }
}

TEST(LoraFile, RefusesAMixtureOfFormats) {
  NamedTensors tensors = diffusers_layer("conv_in");
  tensors["lora_unet_conv_in.alpha"] = at::ones({});
  EXPECT_TRUE(contains(refusal_of(tensors), "no adapter of its format has"));
}

TEST(LoraFile, RefusesATensorInTwoSpellings) {
  NamedTensors tensors = diffusers_layer("conv_in");
  tensors["conv_in.lora.down.weight"] = at::ones({2, 3});
  EXPECT_TRUE(contains(refusal_of(tensors), "in two spellings"));
}

TEST(LoraFile, RefusesALayerWithoutAOrB) {
  NamedTensors tensors = diffusers_layer("conv_in");
  tensors.erase("unet.conv_in.lora_B.weight");
  EXPECT_TRUE(contains(refusal_of(tensors), "layer \"conv_in\" lacks A or B"));
}

TEST(LoraFile, RefusesMatricesThatCannotBeMultiplied) {
  NamedTensors tensors = diffusers_layer("conv_in");
  tensors["unet.conv_in.lora_B.weight"] = at::ones({3, 4});
  EXPECT_TRUE(contains(refusal_of(tensors), "layer \"conv_in\" has A [2, 3] and B [3, 4]"));
  tensors["unet.conv_in.lora_B.weight"] = at::ones({3, 2, 3, 3});
  EXPECT_TRUE(contains(refusal_of(tensors), "has A [2, 3] and B [3, 2, 3, 3]"));
  tensors["unet.conv_in.lora_B.weight"] = at::ones({3, 2}, at::kLong);
  EXPECT_TRUE(contains(refusal_of(tensors), "floating-point"));
}

TEST(LoraFile, RefusesAnAlphaThatIsNoFiniteNumber) {
  NamedTensors tensors = diffusers_layer("conv_in");
  tensors["unet.conv_in.alpha"] = at::full({}, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(contains(refusal_of(tensors), "is no finite number"));
  tensors["unet.conv_in.alpha"] = at::ones({2});
  EXPECT_TRUE(contains(refusal_of(tensors), "is no finite number"));
}

TEST(LoraFile, RefusesMatricesThatAreNotFinite) {
  for (const double value :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    NamedTensors tensors = diffusers_layer("conv_in");
    tensors.begin()->second[1][1] = value;
    EXPECT_NE(failure_of(ExitCode::kInput, [&] { (void)read(tensors); })
                  .find("layer \"conv_in\" holds NaN or infinity"),
              std::string::npos);
  }
}

TEST(LoraFile, RefusesAFileWithoutTensors) {
  EXPECT_TRUE(contains(refusal_of({}), "it holds no tensors"));
}

}  // namespace
}  // namespace rocm::data
