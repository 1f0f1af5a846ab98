// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "data/architecture_parts.hpp"

namespace rocm::data {
namespace {

/// A vision transformer that was published, by the width of its image tower.
struct KnownTower {
  std::int64_t width;
  std::string_view name;
  std::string_view names;  ///< who published weights of it in the naming of OpenAI's model.py
};

constexpr std::array kKnownTowers = {
    KnownTower{768, "ViT-B", "OpenAI"}, KnownTower{1024, "ViT-L", "OpenAI"},
    KnownTower{1280, "ViT-H", "open_clip"}, KnownTower{1408, "ViT-g", "open_clip"},
    KnownTower{1664, "ViT-bigG", "open_clip"}};

const KnownTower* tower_of_width(std::int64_t width) {
  const auto* found = std::ranges::find(kKnownTowers, width, &KnownTower::width);
  return found == kKnownTowers.end() ? nullptr : found;
}

/// "ViT-H/14", or what takes its place in a size that nobody published. kernel: [width, 3, P, P].
std::string vision_size(const std::vector<std::int64_t>& kernel) {
  if (kernel.size() != 4) return "with a strange image tower";
  const KnownTower* known = tower_of_width(kernel[0]);
  return known == nullptr ? fmt::format("of image width {}, patch {}", kernel[0], kernel[3])
                          : fmt::format("{}/{}", known->name, kernel[3]);
}

/// The text tower's owner: Stable Diffusion took whole text towers of CLIP.
std::string text_size(std::int64_t width) {
  switch (width) {
    case 512:
      return "of ViT-B";
    case 768:
      return "of ViT-L/14 (Stable Diffusion 1.x)";
    case 1024:
      return "of ViT-H/14 (Stable Diffusion 2.x)";
    case 1280:
      return "of ViT-bigG/14 (Stable Diffusion XL)";
    default:
      return fmt::format("of width {}", width);
  }
}

std::string blip_size(std::int64_t width) {
  switch (width) {
    case 768:
      return "base";
    case 1024:
      return "large";
    default:
      return fmt::format("of image width {}", width);
  }
}

std::string blip_head(const ShapeFinder& find, std::string_view prefix) {
  const bool matching = find.has(fmt::format("{}itm_head.weight", prefix));
  if (matching) return "with the ITM head";
  const bool queues = find.has(fmt::format("{}image_queue", prefix));
  return queues ? "pretrained, with its queues" : "without an ITM head";
}

}  // namespace

std::optional<std::string> describe_clip(const TensorShapes& shapes) {
  const ShapeFinder find(shapes);
  constexpr std::string_view kPatches = "vision_model.embeddings.patch_embedding.weight";
  constexpr std::string_view kTokens = "embeddings.token_embedding.weight";
  const bool text = find.has(fmt::format("text_model.{}", kTokens));
  if (find.has(kPatches) && find.has("visual_projection.weight"))
    return fmt::format("CLIP {}, Hugging Face names{}", vision_size(find.shape(kPatches)),
                       text ? "" : ", image tower alone");
  if (find.has("visual.conv1.weight") && find.has("token_embedding.weight")) {
    const KnownTower* tower = tower_of_width(find.length("visual.conv1.weight", 0));
    return fmt::format("CLIP {}, {} names", vision_size(find.shape("visual.conv1.weight")),
                       tower == nullptr ? "OpenAI" : tower->names);
  }
  if (text || find.has(kTokens))
    return fmt::format("CLIP text encoder {}{}", text_size(find.length_behind(kTokens, 1)),
                       find.has("text_projection.weight") ? ", with projection" : "");
  return {};
}

std::optional<std::string> describe_blip(const TensorShapes& shapes) {
  const ShapeFinder find(shapes);
  constexpr std::string_view kHuggingFace = "vision_model.embeddings.class_embedding";
  if (find.has(kHuggingFace) && find.has("text_encoder.embeddings.word_embeddings.weight"))
    return fmt::format("BLIP {}, Hugging Face names, {}", blip_size(find.length(kHuggingFace, 2)),
                       blip_head(find, ""));
  for (const std::string_view prefix : {"", "blip."}) {
    const std::string cls = fmt::format("{}visual_encoder.cls_token", prefix);
    if (!find.has(cls)) continue;
    const std::string size = blip_size(find.length(cls, 2));
    if (find.has("mlp.layers.0.weight"))
      return fmt::format("ImageReward (BLIP {}, Salesforce names)", size);
    return fmt::format("BLIP {}, Salesforce names, {}", size, blip_head(find, prefix));
  }
  return {};
}

}  // namespace rocm::data
