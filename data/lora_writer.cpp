// SPDX-License-Identifier: Apache-2.0
#include "data/lora_writer.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>

#include <ATen/ops/full.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/atomic_file.hpp"
#include "data/lora_key.hpp"
#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/rounding.hpp"
#include "data/safetensors_writer.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kGuidanceLayer = "time_embedding.cond_proj";

[[noreturn]] void refuse_writing(const fs::path& path, const std::string& problem,
                                 const std::string& because, const std::string& advice) {
  fail(ExitCode::kUsage,
       {.where = printable_path(path), .problem = problem, .because = because, .advice = advice});
}

double alpha_of(const LowRankPair& pair) {
  return pair.scale * static_cast<double>(pair.rank());
}

/// One alpha for all layers: readers disagree about separate ones (diffusers loses most of them).
/// The first layer's, so that layers which agree keep their B; never 0 while any layer acts.
double common_alpha(const LowRankModules& modules) {
  for (const auto& [module, pair] : modules) {
    if (pair.scale != 0.0) return alpha_of(pair);
  }
  return 0.0;
}

/// The rank of every layer, or nothing when they differ.
std::optional<std::int64_t> common_rank(const LowRankModules& modules) {
  const std::int64_t rank = modules.begin()->second.rank();
  const bool same = std::ranges::all_of(
      modules, [rank](const auto& entry) { return entry.second.rank() == rank; });
  return same ? std::optional(rank) : std::nullopt;
}

/// What remains in B when the reader multiplies by `scale`. Exactly B when that is its own scale.
at::Tensor B_for_scale(const LowRankPair& pair, double scale) {
  return pair.scale == scale ? pair.B : effective_B(pair).div(scale);
}

/// A and B under the names that `prefix` + layer + ending give.
struct ExportNaming {
  std::string_view prefix;
  std::string_view A_ending = ".lora_A.weight";
  std::string_view B_ending = ".lora_B.weight";
};

/// The tensors for a reader that multiplies each layer's B A by scale_of(layer).
template <class ScaleOf>
NamedTensors named(const LowRankModules& modules, const ExportNaming& naming,
                   const LoraWriting& writing, const fs::path& path, ScaleOf scale_of) {
  NamedTensors tensors;
  for (const auto& [module, pair] : modules) {
    const std::string name =
        writing.target == LoraTarget::kKohya ? kohya_name(module) : std::string(module);
    tensors[fmt::format("{}{}{}", naming.prefix, name, naming.A_ending)] =
        rounded_for(path, pair.A, writing.dtype);
    tensors[fmt::format("{}{}{}", naming.prefix, name, naming.B_ending)] =
        rounded_for(path, B_for_scale(pair, scale_of(pair)), writing.dtype);
  }
  return tensors;
}

auto scale_with_alpha(double alpha) {
  return [alpha](const LowRankPair& pair) { return alpha / static_cast<double>(pair.rank()); };
}

/// Whole numbers as such: LoraConfig declares alpha an integer.
nlohmann::json number(double value) {
  const bool whole = std::trunc(value) == value && std::abs(value) < 1e15;
  return whole ? nlohmann::json(static_cast<std::int64_t>(value)) : nlohmann::json(value);
}

/// PEFT's target_modules, which must fit every layer written.
std::vector<std::string> target_modules(const LowRankModules& modules,
                                        const std::vector<std::string>& suffixes) {
  std::vector<std::string> targets = suffixes;
  if (targets.empty()) {
    for (const auto& [module, pair] : modules) targets.push_back(module);
  }
  for (const auto& [module, pair] : modules) {
    expects(std::ranges::any_of(targets,
                                [&name = module](const std::string& target) {
                                  return name == target || name.ends_with("." + target);
                                }),
            "suffixes that fit every adapted layer");
  }
  std::ranges::sort(targets);
  return targets;
}

/// All layers at the highest rank. Where ranks differ and no alpha is stored, old releases of
/// diffusers take one layer's rank for the alpha of all, and scale the others wrongly.
LowRankModules at_one_rank(LowRankModules modules) {
  std::int64_t rank = 0;
  for (const auto& [module, pair] : modules) rank = std::max(rank, pair.rank());
  for (auto& [module, pair] : modules) pair = at_rank(pair, rank);
  return modules;
}

void write_diffusers(const fs::path& path, const LowRankModules& modules,
                     const LoraWriting& writing) {
  const auto unscaled = [](const LowRankPair&) { return 1.0; };
  write_safetensors(path,
                    named(at_one_rank(modules), {.prefix = "unet."}, writing, path, unscaled));
}

/// Only the fields that every release of PEFT's LoraConfig knows: others are errors there.
void write_diffusers_metadata(const fs::path& path, const LowRankModules& modules,
                              const LoraWriting& writing) {
  const auto rank = common_rank(modules);
  if (!rank) {
    refuse_writing(path, "the adapter's layers have different ranks",
                   "the header's lora_adapter_metadata has one",
                   "write it without metadata (baked)");
  }
  const double alpha = common_alpha(modules);
  const nlohmann::json settings = {
      {"unet.bias", "none"},
      {"unet.lora_alpha", number(alpha)},
      {"unet.lora_dropout", 0.0},
      {"unet.r", *rank},
      {"unet.target_modules", target_modules(modules, writing.suffixes)}};
  auto metadata = torch_metadata();
  metadata["lora_adapter_metadata"] = settings.dump(2);
  write_safetensors(
      path, named(modules, {.prefix = "unet."}, writing, path, scale_with_alpha(alpha)), metadata);
}

void write_kohya(const fs::path& path, const LowRankModules& modules, const LoraWriting& writing) {
  if (modules.contains(std::string(kGuidanceLayer))) {
    refuse_writing(path, fmt::format("the adapter changes {}", kGuidanceLayer),
                   "no reader of the kohya format finds that layer",
                   "write the diffusers or PEFT format");
  }
  constexpr ExportNaming kNaming = {"lora_unet_", ".lora_down.weight", ".lora_up.weight"};
  const double alpha = common_alpha(modules);
  NamedTensors tensors = named(modules, kNaming, writing, path, scale_with_alpha(alpha));
  for (const auto& [module, pair] : modules) {
    tensors[fmt::format("lora_unet_{}.alpha", kohya_name(module))] =
        at::full({}, alpha, at::TensorOptions().dtype(at::kFloat));
  }
  const auto rank = common_rank(modules);
  auto metadata = torch_metadata();
  metadata["ss_network_alpha"] = number(alpha).dump();
  metadata["ss_network_dim"] = rank ? fmt::format("{}", *rank) : "Dynamic";
  metadata["ss_network_module"] = "networks.lora";
  write_safetensors(path, tensors, metadata);
}

nlohmann::json adapter_config(const LowRankModules& modules, const LoraWriting& writing) {
  const std::int64_t rank = modules.begin()->second.rank();
  const double alpha = common_alpha(modules);
  nlohmann::json rank_pattern = nlohmann::json::object();
  nlohmann::json alpha_pattern = nlohmann::json::object();
  for (const auto& [module, pair] : modules) {
    if (pair.rank() != rank) rank_pattern[module] = pair.rank();
    if (alpha_of(pair) != alpha) alpha_pattern[module] = number(alpha_of(pair));
  }
  return {{"alpha_pattern", alpha_pattern},
          {"base_model_name_or_path", nullptr},
          {"bias", "none"},
          {"fan_in_fan_out", false},
          {"inference_mode", true},
          {"lora_alpha", number(alpha)},
          {"lora_dropout", 0.0},
          {"peft_type", "LORA"},
          {"r", rank},
          {"rank_pattern", rank_pattern},
          {"target_modules", target_modules(modules, writing.suffixes)},
          {"task_type", nullptr}};
}

void write_peft(const fs::path& weights, const LowRankModules& modules,
                const LoraWriting& writing) {
  const fs::path folder = weights.parent_path();
  std::error_code error;
  if (!folder.empty()) fs::create_directories(folder, error);
  if (error) {
    fail(ExitCode::kStorage, {.where = printable_path(folder),
                              .problem = "cannot create the folder",
                              .because = error.message(),
                              .advice = "name a folder that can be created"});
  }
  const auto as_stored = [](const LowRankPair& pair) { return pair.scale; };
  const auto tensors = named(modules, {.prefix = "base_model.model."}, writing, weights, as_stored);
  // In this order: weights without a configuration would be read with another strength.
  write_atomically(folder / "adapter_config.json", adapter_config(modules, writing).dump(2) + "\n");
  write_safetensors(weights, tensors);
}

}  // namespace

fs::path lora_weights_path(const fs::path& path, LoraTarget target) {
  if (target == LoraTarget::kPeft) return path / "adapter_model.safetensors";
  const bool folder = is_folder(path) || path.filename().empty();
  return folder ? path / "pytorch_lora_weights.safetensors" : path;
}

void write_lora(const fs::path& path, const LowRankModules& modules, const LoraWriting& writing) {
  expects(!modules.empty(), "an adapter with at least one layer");
  const fs::path weights = lora_weights_path(path, writing.target);
  switch (writing.target) {
    case LoraTarget::kDiffusers:
      return write_diffusers(weights, modules, writing);
    case LoraTarget::kDiffusersMetadata:
      return write_diffusers_metadata(weights, modules, writing);
    case LoraTarget::kKohya:
      return write_kohya(weights, modules, writing);
    case LoraTarget::kPeft:
      return write_peft(weights, modules, writing);
  }
}

}  // namespace rocm::data
