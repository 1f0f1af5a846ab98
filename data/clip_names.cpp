// SPDX-License-Identifier: Apache-2.0
#include "data/clip_names.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <ATen/ops/chunk.h>
#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

using Renaming = std::pair<std::string_view, std::string_view>;

constexpr std::array kTopLevel = {
    Renaming{"logit_scale", "logit_scale"},
    Renaming{"visual.conv1.weight", "vision_model.embeddings.patch_embedding.weight"},
    Renaming{"visual.class_embedding", "vision_model.embeddings.class_embedding"},
    Renaming{"visual.positional_embedding", "vision_model.embeddings.position_embedding.weight"},
    Renaming{"visual.ln_pre.weight", "vision_model.pre_layrnorm.weight"},
    Renaming{"visual.ln_pre.bias", "vision_model.pre_layrnorm.bias"},
    Renaming{"visual.ln_post.weight", "vision_model.post_layernorm.weight"},
    Renaming{"visual.ln_post.bias", "vision_model.post_layernorm.bias"},
    Renaming{"token_embedding.weight", "text_model.embeddings.token_embedding.weight"},
    Renaming{"positional_embedding", "text_model.embeddings.position_embedding.weight"},
    Renaming{"ln_final.weight", "text_model.final_layer_norm.weight"},
    Renaming{"ln_final.bias", "text_model.final_layer_norm.bias"}};

constexpr std::array kTransposed = {Renaming{"visual.proj", "visual_projection.weight"},
                                    Renaming{"text_projection", "text_projection.weight"}};

constexpr std::array kTowers = {
    Renaming{"visual.transformer.resblocks.", "vision_model.encoder.layers."},
    Renaming{"transformer.resblocks.", "text_model.encoder.layers."}};

constexpr std::array kLayerParts = {
    Renaming{"attn.out_proj.", "self_attn.out_proj."}, Renaming{"ln_1.", "layer_norm1."},
    Renaming{"ln_2.", "layer_norm2."}, Renaming{"mlp.c_fc.", "mlp.fc1."},
    Renaming{"mlp.c_proj.", "mlp.fc2."}};

constexpr std::string_view kFused = "attn.in_proj_";

template <std::size_t N>
std::optional<std::string> renamed(const std::array<Renaming, N>& table, std::string_view name) {
  for (const auto& [before, after] : table)
    if (name == before) return std::string(after);
  return {};
}

/// Query, key and value, one below the other in `fused`.
void split_projection(const std::string& layer, std::string_view parameter, const at::Tensor& fused,
                      NamedTensors& result) {
  if (fused.dim() == 0 || fused.size(0) % 3 != 0) {
    fail(ExitCode::kInput, {.where = printable(layer),
                            .problem = "the fused projection is not three of one size",
                            .because = "query, key and value lie below each other in it",
                            .advice = "fetch or write the weights again"});
  }
  const auto parts = fused.chunk(3, 0);
  constexpr std::array kNames = {"q_proj", "k_proj", "v_proj"};
  for (std::size_t i = 0; i < kNames.size(); ++i)
    result.emplace(fmt::format("{}self_attn.{}.{}", layer, kNames[i], parameter), parts[i]);
}

/// Adds a parameter of a tower's layer, such as `3.ln_1.weight` behind the tower's prefix; false if
/// it is none.
bool add_layer_parameter(std::string_view tower, std::string_view rest, const at::Tensor& tensor,
                         NamedTensors& result) {
  const std::size_t dot = rest.find('.');
  if (dot == std::string_view::npos) return false;
  const std::string layer = fmt::format("{}{}", tower, rest.substr(0, dot + 1));
  const std::string_view part = rest.substr(dot + 1);
  if (part.starts_with(kFused)) {
    split_projection(layer, part.substr(kFused.size()), tensor, result);
    return true;
  }
  for (const auto& [before, after] : kLayerParts) {
    if (!part.starts_with(before)) continue;
    result.emplace(fmt::format("{}{}{}", layer, after, part.substr(before.size())), tensor);
    return true;
  }
  return false;
}

bool add_tower_parameter(std::string_view name, const at::Tensor& tensor, NamedTensors& result) {
  return std::ranges::any_of(kTowers, [&](const Renaming& tower) {
    return name.starts_with(tower.first) &&
           add_layer_parameter(tower.second, name.substr(tower.first.size()), tensor, result);
  });
}

void add_renamed(const std::string& name, const at::Tensor& tensor, NamedTensors& result) {
  const auto transposed = renamed(kTransposed, name);
  if (transposed && tensor.dim() == 2)
    result.emplace(*transposed, tensor.t().contiguous());
  else if (!add_tower_parameter(name, tensor, result))
    result.emplace(renamed(kTopLevel, name).value_or(name), tensor);
}

}  // namespace

NamedTensors with_transformers_clip_names(const NamedTensors& tensors) {
  NamedTensors result;
  for (const auto& [name, tensor] : tensors) add_renamed(name, tensor, result);
  return result;
}

}  // namespace rocm::data
