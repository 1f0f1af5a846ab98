// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace rocm::data {

enum class WeightsLayout { kSingleFile, kSharded };

struct WeightsLocation {
  std::filesystem::path path;  ///< the weights, or the index of sharded weights
  WeightsLayout layout = WeightsLayout::kSingleFile;
};

/// Finds the weights of one component (diffusers: `diffusion_pytorch_model`, transformers:
/// `model`, or `pytorch_model.bin`) in its folder. The wanted variant goes before the plain file,
/// safetensors before .bin; when only the plain one is there it is taken with a warning. Throws
/// Failure(kInput) when there are none, or only other variants.
[[nodiscard]] WeightsLocation locate_weights(const std::filesystem::path& folder,
                                             const std::string& variant);

/// The variant in which alone a component has its weights ("fp16" when every weights file is
/// `model.fp16.safetensors` or the like); "" when there are plain ones, none, or several variants.
[[nodiscard]] std::string only_variant(const std::filesystem::path& folder);

/// True for the name of a file of weights, in any format of any library, or of an index of them.
[[nodiscard]] bool is_weights_name(std::string_view name);

}  // namespace rocm::data
