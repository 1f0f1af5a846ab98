// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/low_rank_pair.hpp"

namespace rocm::data {

/// What to write, by the program that will read it.
enum class LoraTarget {
  kDiffusers,          ///< scale baked into B, no metadata: right in every release of diffusers
  kDiffusersMetadata,  ///< unbaked; alpha in the header: diffusers >= 0.34 only
  kKohya,              ///< ComfyUI, A1111, diffusers; one alpha for all layers
  kPeft,               ///< a folder for PeftModel.from_pretrained
};

struct LoraWriting {
  LoraTarget target = LoraTarget::kDiffusers;
  at::ScalarType dtype = at::kFloat;  ///< fp32, fp16 or bf16
  /// PEFT's target_modules: layers are matched by name or by "." + suffix. Empty: full names.
  std::vector<std::string> suffixes;
};

/// Where write_lora puts the weights: `path` itself, or, in a folder, the name that readers expect.
[[nodiscard]] std::filesystem::path lora_weights_path(const std::filesystem::path& path,
                                                      LoraTarget target);

/// Writes an adapter so that its reader computes each layer's change scale * B A. When all layers
/// share scale and rank, A and B are stored as they are (kDiffusers: B times scale), else each B
/// is rescaled to the first layer's alpha; kDiffusers fills up to the highest rank with zeros. A
/// layer that the format cannot carry is a Failure(kUsage), as are numbers beyond the range of
/// fp16; a refusing disk is Failure(kStorage).
void write_lora(const std::filesystem::path& path, const LowRankModules& modules,
                const LoraWriting& writing);

}  // namespace rocm::data
