// SPDX-License-Identifier: Apache-2.0
#include "launcher/adapter_source.hpp"

#include <utility>

#include <ATen/ops/allclose.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "data/lora_file.hpp"
#include "data/lora_writer.hpp"
#include "launcher/model_parts.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::failure_of;

const Computation kOnCpu{.device = at::kCPU, .network = at::kFloat, .state = at::kFloat};

std::string golden_step(const std::string& name) {
  return (test::golden_folder() / "rocm_step" / name).string();
}

LoraConfig lora_of(std::int64_t rank, double alpha,
                   std::vector<std::string> targets = LoraConfig().targets) {
  LoraConfig config;
  config.rank = rank;
  config.alpha = alpha;
  config.targets = std::move(targets);
  return config;
}

/// The plan of [lora] for the tiny U-Net; the golden adapter has rank 4 and alpha 8.
model::AdapterPlan golden_plan(const LoraConfig& config) {
  auto directory = data::ModelDirectory::open(golden_step("lcm"));
  model::AdapterPlan plan = plan_of(config);
  (void)load_unet(directory, kOnCpu, &plan);
  return plan;
}

model::LowRankAdapter load(const model::AdapterPlan& plan, const std::string& file = "lora_peft") {
  std::vector<std::filesystem::path> files;
  return loaded_adapter(golden_step(file), plan, kOnCpu, files);
}

/// Whether both adapters have the same A and scale * B in every layer.
bool same_effect(const model::LowRankAdapter& a, const model::LowRankAdapter& b,
                 const model::AdapterPlan& plan) {
  bool same = true;
  for (int slot = 0; slot < static_cast<int>(plan.layers().size()); ++slot)
    same = same && at::equal(a.pair(slot).a, b.pair(slot).a) &&
           at::allclose(a.pair(slot).b.mul(a.scale()), b.pair(slot).b.mul(b.scale()), 1e-7, 0.0);
  return same;
}

TEST(PlanOf, ScalesByAlphaOverRank) {
  const model::AdapterPlan plan = plan_of(lora_of(4, 8.0));
  EXPECT_EQ(plan.rank(), 4);
  EXPECT_EQ(plan.scale(), 2.0);
}

std::string target_refusal(const std::string& target) {
  const auto plan = golden_plan(lora_of(4, 8.0, {"to_q", target}));
  return failure_of(ExitCode::kUsage, [&] { expect_all_targets_matched(plan); });
}

TEST(Targets, ThatNameNoLayerAreRefusedWithTheNearestOne) {
  EXPECT_TRUE(target_refusal("to_out").starts_with(
      "lora.targets: \"to_out\" names no layer of the network"));
  EXPECT_NE(target_refusal("to_out").find("did you mean to_out.0?"), std::string::npos);
  EXPECT_NE(target_refusal("ff.net.0.porj").find("did you mean ff.net.0.proj?"), std::string::npos);
  EXPECT_NE(target_refusal("nothing_like_it").find("name layers by the end of their path"),
            std::string::npos);
}

TEST(LoadedAdapter, HasTheSameEffectInBothFormats) {
  const auto plan = golden_plan(lora_of(4, 8.0));
  EXPECT_EQ(plan.layers().size(), 88U);
  EXPECT_TRUE(same_effect(load(plan), load(plan, "lora_kohya.safetensors"), plan));
}

TEST(LoadedAdapter, KeepsTheFilesEffectWhateverTheConfiguredAlpha) {
  const auto plan = golden_plan(lora_of(4, 8.0));
  const auto other = golden_plan(lora_of(4, 24.0));
  EXPECT_EQ(other.scale(), 6.0);
  EXPECT_TRUE(same_effect(load(plan), load(other), plan));
}

TEST(LoadedAdapter, OfTheConfiguredScaleKeepsEveryBitThoughTheScaleIsNoPowerOfTwo) {
  const auto plan = golden_plan(lora_of(4, 12.0));
  const auto before = load(plan);
  const rocm::test::ScratchFolder folder;
  const auto file = folder.path() / "adapter.safetensors";
  data::write_lora(file, modules_of(before, plan), {.target = data::LoraTarget::kKohya});
  std::vector<std::filesystem::path> files;
  const auto after = loaded_adapter(file, plan, kOnCpu, files);
  for (std::size_t i = 0; i < before.leaves().size(); ++i)
    ASSERT_TRUE(at::equal(before.leaves()[i], after.leaves()[i])) << "leaf " << i;
}

TEST(LoadedAdapter, ListsTheFilesThatItRead) {
  std::vector<std::filesystem::path> files;
  (void)loaded_adapter(golden_step("lora_peft"), golden_plan(lora_of(4, 8.0)), kOnCpu, files);
  EXPECT_EQ(files.size(), 2U) << "adapter_config.json and adapter_model.safetensors";
}

std::string refusal(const LoraConfig& config) {
  const auto plan = golden_plan(config);
  return failure_of(ExitCode::kInput, [&] { (void)load(plan); });
}

TEST(LoadedAdapter, OfAnotherRankIsRefused) {
  const std::string message = refusal(lora_of(8, 8.0));
  EXPECT_NE(message.find("has shape [4, 16] (the model and lora.rank ask for [8, 16]). set "
                         "lora.rank to the file's rank"),
            std::string::npos)
      << message;
}

TEST(LoadedAdapter, WithALayerOfAnotherRankIsRefused) {
  const auto plan = golden_plan(lora_of(4, 8.0));
  auto modules = modules_of(load(plan), plan);
  auto& odd = modules.begin()->second;
  odd = data::at_rank(odd, 6);
  const rocm::test::ScratchFolder folder;
  data::write_lora(folder / "peft", modules, {.target = data::LoraTarget::kPeft});
  std::vector<std::filesystem::path> files;
  const auto message = failure_of(
      ExitCode::kInput, [&] { (void)loaded_adapter(folder / "peft", plan, kOnCpu, files); });
  EXPECT_NE(message.find(modules.begin()->first + " A has shape [6, "), std::string::npos)
      << message;
}

TEST(LoadedAdapter, ThatLacksALayerIsRefused) {
  const std::string message =
      refusal(lora_of(4, 8.0, {"to_q", "to_k", "to_v", "to_out.0", "proj_in"}));
  EXPECT_NE(message.find("nothing for the layer down_blocks.0.attentions.0.proj_in (lora.targets "
                         "adapt it). set lora.targets to the layers that the file adapts."),
            std::string::npos)
      << message;
}

TEST(LoadedAdapter, WithLayersThatAreNoTargetsIsRefused) {
  const std::string message = refusal(lora_of(4, 8.0, {"to_q"}));
  EXPECT_NE(message.find("66 layers that lora.targets leave alone (their part of the adapter would "
                         "be lost)"),
            std::string::npos)
      << message;
}

TEST(ModulesOf, AreWhatTheFileHeld) {
  const auto plan = golden_plan(lora_of(4, 8.0));
  const auto modules = modules_of(load(plan), plan);
  const auto file = data::read_lora(golden_step("lora_peft"), plan.adaptable_modules()).modules;
  ASSERT_EQ(modules.size(), file.size());
  for (const auto& [module, pair] : modules) {
    EXPECT_TRUE(at::equal(pair.A, file.at(module).A)) << module;
    EXPECT_TRUE(at::equal(data::effective_B(pair), data::effective_B(file.at(module)))) << module;
    EXPECT_FALSE(pair.A.requires_grad()) << module;
  }
}

TEST(FreshAdapter, ChangesNothingAndDependsOnTheSeedAlone) {
  const LoraConfig config = lora_of(4, 8.0);
  const auto plan = golden_plan(config);
  const auto adapter = fresh_adapter(config, plan, 5, kOnCpu);
  const auto again = fresh_adapter(config, plan, 5, kOnCpu);
  const auto other = fresh_adapter(config, plan, 6, kOnCpu);
  EXPECT_EQ(adapter.pair(0).b.abs().max().item<double>(), 0.0);
  EXPECT_TRUE(at::equal(adapter.pair(3).a, again.pair(3).a));
  EXPECT_FALSE(at::equal(adapter.pair(3).a, other.pair(3).a));
}

}  // namespace
}  // namespace rocm::launcher
