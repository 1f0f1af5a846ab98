// SPDX-License-Identifier: Apache-2.0
#include "data/lora_writer.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "data/json_file.hpp"
#include "data/lora_file.hpp"
#include "data/safetensors.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;
using rocm::test::content_of;
using rocm::test::failure_of;
using rocm::test::ScratchFolder;

const fs::path kGolden = test::golden_folder();

const std::vector<std::string> kModules = {"conv_in", "mid.attn1.to_q", "mid.proj_in",
                                           "time_embedding.cond_proj"};

const std::vector<LoraTarget> kTargets = {LoraTarget::kDiffusers, LoraTarget::kDiffusersMetadata,
                                          LoraTarget::kKohya, LoraTarget::kPeft};

/// Two layers, one of them a convolution, of rank 2 and scale 1.5.
LowRankModules two_layers() {
  return {
      {"mid.attn1.to_q",
       {at::arange(6, at::kFloat).view({2, 3}), at::arange(8, at::kFloat).view({4, 2}), 1.5}},
      {"mid.proj_in", {at::arange(6, at::kFloat).view({2, 3, 1, 1}), at::ones({4, 2, 1, 1}), 1.5}}};
}

LoraFile written_and_read(const LowRankModules& modules, const LoraWriting& writing) {
  const ScratchFolder folder;
  write_lora(folder / "lora", modules, writing);
  return read_lora(writing.target == LoraTarget::kPeft ? folder / "lora" : folder / "lora",
                   kModules);
}

LowRankModules golden_modules() {
  return read_lora_unresolved(kGolden / "lora_tiny.diffusers.safetensors").modules;
}

const std::vector<std::string> kGoldenSuffixes = {"ff.net.0.proj", "proj_in", "to_k",
                                                  "to_out.0",      "to_q",    "to_v"};

TEST(LoraWriter, WritesTheBytesThatDiffusersDoes) {
  const ScratchFolder folder;
  write_lora(folder / "baked", golden_modules(), {});
  EXPECT_EQ(content_of(folder / "baked"),
            content_of(kGolden / "lora_tiny.diffusers_baked.safetensors"));
}

TEST(LoraWriter, WritesTheMetadataThatDiffusersDoes) {
  const ScratchFolder folder;
  write_lora(folder / "f", golden_modules(),
             {.target = LoraTarget::kDiffusersMetadata, .suffixes = kGoldenSuffixes});
  EXPECT_EQ(SafetensorsFile::open(folder / "f").metadata(),
            SafetensorsFile::open(kGolden / "lora_tiny.diffusers.safetensors").metadata());
}

TEST(LoraWriter, WritesTheTensorsOfKohyaAndPeft) {
  const ScratchFolder folder;
  write_lora(folder / "kohya", golden_modules(), {.target = LoraTarget::kKohya});
  write_lora(folder / "peft", golden_modules(), {.target = LoraTarget::kPeft});
  const auto expect_equal = [](const fs::path& a, const fs::path& b) {
    const NamedTensors ours = SafetensorsFile::open(a).all();
    const NamedTensors theirs = SafetensorsFile::open(b).all();
    ASSERT_EQ(ours.size(), theirs.size());
    for (const auto& [name, tensor] : theirs) EXPECT_TRUE(ours.at(name).equal(tensor)) << name;
  };
  expect_equal(folder / "kohya", kGolden / "lora_tiny.kohya.safetensors");
  expect_equal(folder / "peft/adapter_model.safetensors",
               kGolden / "lora_tiny_peft/adapter_model.safetensors");
}

TEST(LoraWriter, RoundTripsTheEffectOfEveryFormat) {
  const LowRankModules modules = two_layers();
  for (const LoraTarget target : kTargets) {
    const LoraFile read = written_and_read(modules, {.target = target});
    ASSERT_EQ(read.modules.size(), 2U);
    for (const auto& [module, pair] : modules) {
      EXPECT_TRUE(read.modules.at(module).A.equal(pair.A));
      EXPECT_TRUE(effective_B(read.modules.at(module)).equal(effective_B(pair)))
          << module << " for target " << static_cast<int>(target);
    }
  }
}

TEST(LoraWriter, KeepsUnbakedBitsWhenAllLayersAgree) {
  LowRankModules modules = two_layers();
  for (auto& [module, pair] : modules) {
    pair.scale = 1.1;
    pair.B = pair.B.div(3.0);
  }
  for (const LoraTarget target :
       {LoraTarget::kDiffusersMetadata, LoraTarget::kKohya, LoraTarget::kPeft}) {
    const LoraFile read = written_and_read(modules, {.target = target});
    for (const auto& [module, pair] : modules) {
      EXPECT_TRUE(read.modules.at(module).B.equal(pair.B)) << static_cast<int>(target);
      EXPECT_NEAR(read.modules.at(module).scale, 1.1, 1e-7);
    }
  }
}

TEST(LoraWriter, KeepsTheEffectOfLayersThatDisagree) {
  LowRankModules modules = two_layers();
  modules["conv_in"] = {at::ones({1, 3}), at::full({5, 1}, 2.0), 0.25};
  for (const LoraTarget target : {LoraTarget::kDiffusers, LoraTarget::kKohya, LoraTarget::kPeft}) {
    const LoraFile read = written_and_read(modules, {.target = target});
    for (const auto& [module, pair] : modules) {
      EXPECT_TRUE(change_of_weight(read.modules.at(module)).allclose(change_of_weight(pair), 1e-6))
          << module << " for target " << static_cast<int>(target);
    }
  }
}

TEST(LoraWriter, KeepsTheBitsOfLayersThatDisagreeForPeft) {
  LowRankModules modules = two_layers();
  modules["conv_in"] = {at::ones({1, 3}), at::full({5, 1}, 2.0).div(3.0), 0.7};
  const LoraFile read = written_and_read(modules, {.target = LoraTarget::kPeft});
  for (const auto& [module, pair] : modules) {
    EXPECT_TRUE(read.modules.at(module).B.equal(pair.B)) << module;
    EXPECT_NEAR(read.modules.at(module).scale, pair.scale, 1e-15) << module;
  }
}

TEST(LoraWriter, GivesLayersOfDifferentRanksOneRankInBakedFiles) {
  LowRankModules modules = two_layers();
  modules["conv_in"] = {at::ones({1, 3}), at::full({5, 1}, 2.0), 0.25};
  const LoraFile read = written_and_read(modules, {});
  for (const auto& [module, pair] : read.modules) EXPECT_EQ(pair.rank(), 2) << module;
  EXPECT_TRUE(
      change_of_weight(read.modules.at("conv_in")).equal(change_of_weight(modules.at("conv_in"))));
}

TEST(LoraWriter, RefusesMetadataForDifferentRanks) {
  LowRankModules modules = two_layers();
  modules["conv_in"] = {at::ones({1, 3}), at::ones({5, 1}), 1.0};
  const auto message = failure_of(ExitCode::kUsage, [&] {
    (void)written_and_read(modules, {.target = LoraTarget::kDiffusersMetadata});
  });
  EXPECT_NE(message.find("layers have different ranks"), std::string::npos) << message;
}

TEST(LoraWriter, RefusesTheGuidanceLayerInKohyaFiles) {
  LowRankModules modules = {{"time_embedding.cond_proj", {at::ones({1, 3}), at::ones({5, 1})}}};
  const auto message = failure_of(
      ExitCode::kUsage, [&] { (void)written_and_read(modules, {.target = LoraTarget::kKohya}); });
  EXPECT_NE(message.find("changes time_embedding.cond_proj"), std::string::npos) << message;
}

TEST(LoraWriter, SurvivesAnAdapterWithoutEffect) {
  LowRankModules modules = two_layers();
  modules["mid.attn1.to_q"].scale = 0.0;
  for (const LoraTarget target : kTargets) {
    const LoraFile read = written_and_read(modules, {.target = target});
    EXPECT_TRUE(effective_B(read.modules.at("mid.attn1.to_q")).eq(0).all().item<bool>());
    EXPECT_TRUE(effective_B(read.modules.at("mid.proj_in")).eq(1.5).all().item<bool>());
  }
}

TEST(LoraWriter, StoresTheTypeThatWasAskedFor) {
  for (const at::ScalarType dtype : {at::kHalf, at::kBFloat16}) {
    const LoraFile read = written_and_read(two_layers(), {.dtype = dtype});
    EXPECT_EQ(read.modules.at("mid.attn1.to_q").A.scalar_type(), dtype);
    EXPECT_TRUE(effective_B(read.modules.at("mid.attn1.to_q"))
                    .equal(effective_B(two_layers().at("mid.attn1.to_q"))));
  }
}

TEST(LoraWriter, RefusesNumbersThatHalfPrecisionWouldMakeInfinite) {
  LowRankModules modules = two_layers();
  modules["mid.attn1.to_q"].B = at::full({4, 2}, 1e6);
  const auto message =
      failure_of(ExitCode::kUsage, [&] { (void)written_and_read(modules, {.dtype = at::kHalf}); });
  EXPECT_NE(message.find("beyond the range"), std::string::npos) << message;
  EXPECT_NO_THROW((void)written_and_read(modules, {.dtype = at::kBFloat16}));
}

TEST(LoraWriter, WritesAnAdapterConfigThatPeftUnderstands) {
  const ScratchFolder folder;
  write_lora(folder / "peft", golden_modules(),
             {.target = LoraTarget::kPeft, .suffixes = kGoldenSuffixes});
  const auto ours = read_json(folder / "peft/adapter_config.json");
  const auto theirs = read_json(kGolden / "lora_tiny_peft/adapter_config.json");
  for (const auto& [key, value] : ours.items()) EXPECT_EQ(value, theirs.at(key)) << key;
}

TEST(LoraWriter, PromisesThatTheSuffixesFitEveryLayer) {
  EXPECT_THROW(
      (void)written_and_read(two_layers(), {.target = LoraTarget::kPeft, .suffixes = {"to_q"}}),
      ContractViolation);
}

TEST(LoraWeightsPath, IsTheNameThatReadersExpectInAFolder) {
  const ScratchFolder folder;
  EXPECT_EQ(lora_weights_path(folder.path(), LoraTarget::kDiffusers),
            folder / "pytorch_lora_weights.safetensors");
  EXPECT_EQ(lora_weights_path("new/", LoraTarget::kKohya), "new/pytorch_lora_weights.safetensors");
  EXPECT_EQ(lora_weights_path("a.safetensors", LoraTarget::kKohya), "a.safetensors");
  EXPECT_EQ(lora_weights_path("a", LoraTarget::kPeft), "a/adapter_model.safetensors");
}

}  // namespace
}  // namespace rocm::data
