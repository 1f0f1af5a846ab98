// SPDX-License-Identifier: Apache-2.0
#include "data/key_aliases.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

void add(NamedTensors& tensors, const std::string& name, const at::Tensor& tensor) {
  if (tensors.emplace(name, tensor).second) return;
  fail(ExitCode::kInput, {.where = printable(name),
                          .problem = "the tensor is stored under two names, an old and a new one",
                          .because = "it is unclear which of the two counts",
                          .advice = "fetch or write the weights again"});
}

/// {layer before diffusers 0.18, layer since}
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kAttentionLayers = {
    {{"query", "to_q"}, {"key", "to_k"}, {"value", "to_v"}, {"proj_attn", "to_out.0"}}};

constexpr std::array<std::string_view, 2> kParameters = {".weight", ".bias"};

/// The name since diffusers 0.18 of a parameter of the VAE.
std::string current_name(const std::string& name) {
  if (name.find(".attentions.") == std::string::npos) return name;
  for (const auto& [old_layer, layer] : kAttentionLayers) {
    for (const std::string_view parameter : kParameters) {
      const std::string ending = fmt::format(".{}{}", old_layer, parameter);
      if (!name.ends_with(ending)) continue;
      return fmt::format("{}.{}{}", name.substr(0, name.size() - ending.size()), layer, parameter);
    }
  }
  return name;
}

bool is_attention_weight(const std::string& name) {
  if (name.find(".attentions.") == std::string::npos) return false;
  for (const auto& [old_layer, layer] : kAttentionLayers) {
    if (name.ends_with(fmt::format(".{}.weight", layer))) return true;
  }
  return false;
}

at::Tensor without_unit_kernel(const at::Tensor& weight) {
  const bool unit = weight.dim() == 4 && weight.size(2) == 1 && weight.size(3) == 1;
  return unit ? weight.flatten(1) : weight;
}

}  // namespace

NamedTensors with_text_model_prefix(const NamedTensors& tensors) {
  NamedTensors renamed;
  for (const auto& [name, tensor] : tensors) {
    const bool complete = name.starts_with("text_model.") || name.starts_with("text_projection.");
    add(renamed, complete ? name : "text_model." + name, tensor);
  }
  return renamed;
}

NamedTensors with_current_vae_names(const NamedTensors& tensors) {
  NamedTensors renamed;
  for (const auto& [name, tensor] : tensors) {
    const std::string current = current_name(name);
    add(renamed, current, is_attention_weight(current) ? without_unit_kernel(tensor) : tensor);
  }
  return renamed;
}

NamedTensors without_module_prefix(const NamedTensors& tensors) {
  constexpr std::string_view kPrefix = "module.";
  NamedTensors renamed;
  for (const auto& [name, tensor] : tensors) {
    if (!name.starts_with(kPrefix)) return tensors;
    renamed.emplace(name.substr(kPrefix.size()), tensor);
  }
  return renamed;
}

NamedTensors without_position_ids(const NamedTensors& tensors) {
  NamedTensors kept = tensors;
  std::erase_if(kept, [](const auto& entry) { return entry.first.ends_with(".position_ids"); });
  return kept;
}

}  // namespace rocm::data
