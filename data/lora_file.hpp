// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "data/low_rank_pair.hpp"

namespace rocm::data {

/// The ways in which adapters are stored.
enum class LoraFormat {
  kDiffusers,  ///< `unet.<module>.lora_A.weight`, and the older spellings of the same
  kKohya,      ///< `lora_unet_<module with _ for .>.lora_down.weight` and `.alpha`
  kPeft,       ///< `base_model.model.<module>.lora_A.weight` and adapter_config.json
};

struct LoraFile {
  LoraFormat format = LoraFormat::kDiffusers;
  LowRankModules modules;
  std::vector<std::filesystem::path> files;  ///< all that was read
};

/// Reads a U-Net adapter: a .safetensors or torch.save file (.bin, .pt, ...) of any format above, a
/// folder with pytorch_lora_weights.safetensors or .bin or lora.safetensors, or a PEFT folder.
/// `modules` lists the U-Net's layers: they resolve kohya's names, in which "_" is ambiguous, and
/// unmask keys that fit no layer. scale = alpha / rank, alpha from `.alpha` tensors, else from the
/// header's `lora_adapter_metadata` or adapter_config.json, else alpha = rank (what diffusers
/// assumes). Throws Failure(kInput) when a key is not understood, fits no layer or lacks its
/// partner, when the settings change the function in a way that is not computed here, and for text
/// encoders.
[[nodiscard]] LoraFile read_lora(const std::filesystem::path& path,
                                 std::span<const std::string> modules);

/// The same before the layers are known: modules under the names that the file gives them.
[[nodiscard]] LoraFile read_lora_unresolved(const std::filesystem::path& path);

}  // namespace rocm::data
