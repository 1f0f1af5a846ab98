// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/architecture_parts.hpp"
#include "data/lora_key.hpp"
#include "data/printable.hpp"

namespace rocm::data {
namespace {

/// The layers that adapters of Stable Diffusion's U-Net aim at, by the ends of their paths.
constexpr std::array<std::string_view, 14> kUsualTargets = {"to_q",
                                                            "to_k",
                                                            "to_v",
                                                            "to_out.0",
                                                            "proj_in",
                                                            "proj_out",
                                                            "ff.net.0.proj",
                                                            "ff.net.2",
                                                            "conv1",
                                                            "conv2",
                                                            "conv_shortcut",
                                                            "downsamplers.0.conv",
                                                            "upsamplers.0.conv",
                                                            "time_emb_proj"};

constexpr std::size_t kLongestTarget = 40;  ///< of one that a file names

std::string_view name_of_format(LoraFormat format) {
  switch (format) {
    case LoraFormat::kDiffusers:
      return "diffusers names";
    case LoraFormat::kKohya:
      return "kohya names";
    case LoraFormat::kPeft:
      return "PEFT names";
  }
  return "";
}

/// The target that the layer's name ends with; its last part when it is none of the usual ones.
std::string target_of(const LoraKey& key) {
  const bool kohya = key.format == LoraFormat::kKohya;
  for (const std::string_view target : kUsualTargets) {
    const std::string ending = kohya ? "_" + kohya_name(target) : fmt::format(".{}", target);
    if (key.module.ends_with(ending)) return std::string(target);
  }
  return printable(key.module.substr(key.module.rfind('.') + 1), kLongestTarget);
}

/// What the names of an adapter's tensors say together.
struct AdapterSummary {
  LoraFormat format = LoraFormat::kDiffusers;
  std::set<std::string> layers;
  std::set<std::string> targets;
  std::set<std::int64_t> ranks;

  void add(const LoraKey& key, const std::vector<std::int64_t>& shape) {
    format = key.format;
    layers.insert(key.module);
    targets.insert(target_of(key));
    if (key.part == LoraPart::kA && !shape.empty()) ranks.insert(shape[0]);
  }
};

/// "to_k, to_q and 3 more kinds of layers"
std::string some_targets(const std::set<std::string>& targets) {
  constexpr std::ptrdiff_t kShown = 8;
  const auto shown = std::min(std::ssize(targets), kShown);
  const std::vector<std::string> first(targets.begin(), std::next(targets.begin(), shown));
  const auto rest = std::ssize(targets) - shown;
  return fmt::format("{}{}", fmt::join(first, ", "),
                     rest == 0 ? "" : fmt::format(" and {} more kinds of layers", rest));
}

}  // namespace

std::optional<std::string> describe_adapter(const TensorShapes& shapes) {
  AdapterSummary summary;
  std::int64_t text_encoder = 0;
  for (const auto& [name, shape] : shapes) {
    const auto key = parse_lora_key(name);
    if (is_text_encoder_lora_key(name))
      ++text_encoder;
    else if (key)
      summary.add(*key, shape);
    else
      return {};
  }
  if (summary.layers.empty() && text_encoder == 0) return {};
  if (summary.layers.empty()) return "LoRA of a text encoder alone";
  return fmt::format("LoRA, {}, rank {}, {} layers ({}){}", name_of_format(summary.format),
                     fmt::join(summary.ranks, ", "), summary.layers.size(),
                     some_targets(summary.targets),
                     text_encoder == 0 ? "" : ", and of a text encoder");
}

}  // namespace rocm::data
