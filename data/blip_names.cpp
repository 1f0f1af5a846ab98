// SPDX-License-Identifier: Apache-2.0
#include "data/blip_names.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace rocm::data {
namespace {

using Substitution = std::pair<std::string_view, std::string_view>;

constexpr std::string_view kBlipPrefix = "blip.";
constexpr std::string_view kTower = "visual_encoder.";

/// What a name of the vision tower begins with behind `visual_encoder.`.
constexpr std::array kTowerParts = {
    Substitution{"cls_token", "embeddings.class_embedding"},
    Substitution{"pos_embed", "embeddings.position_embedding"},
    Substitution{"patch_embed.proj.", "embeddings.patch_embedding."},
    Substitution{"norm.", "post_layernorm."}};

/// What a parameter of one of its blocks begins with.
constexpr std::array kBlockParts = {
    Substitution{"norm1.", "layer_norm1."}, Substitution{"norm2.", "layer_norm2."},
    Substitution{"attn.qkv.", "self_attn.qkv."},
    Substitution{"attn.proj.", "self_attn.projection."}, Substitution{"mlp.", "mlp."}};

template <std::size_t N>
std::string substituted(const std::array<Substitution, N>& table, std::string_view name) {
  for (const auto& [before, after] : table)
    if (name.starts_with(before)) return fmt::format("{}{}", after, name.substr(before.size()));
  return std::string(name);
}

std::string transformers_name(std::string_view name) {
  if (!name.starts_with(kTower)) return std::string(name);
  const std::string_view part = name.substr(kTower.size());
  constexpr std::string_view kBlocks = "blocks.";
  if (!part.starts_with(kBlocks)) return "vision_model." + substituted(kTowerParts, part);
  const std::string_view block = part.substr(kBlocks.size());
  const std::size_t dot = block.find('.');
  if (dot == std::string_view::npos) return std::string(name);
  return fmt::format("vision_model.encoder.layers.{}.{}", block.substr(0, dot),
                     substituted(kBlockParts, block.substr(dot + 1)));
}

}  // namespace

NamedTensors with_transformers_blip_names(const NamedTensors& tensors) {
  NamedTensors result;
  for (const auto& [name, tensor] : tensors) {
    std::string_view bare = name;
    if (bare.starts_with(kBlipPrefix)) bare.remove_prefix(kBlipPrefix.size());
    result.emplace(transformers_name(bare), tensor);
  }
  return result;
}

}  // namespace rocm::data
