// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "data/lora_file.hpp"

namespace rocm::data {

/// The tensors that belong to one adapted layer.
enum class LoraPart { kA, kB, kAlpha };

/// What a tensor's name in an adapter file says.
struct LoraKey {
  LoraFormat format = LoraFormat::kDiffusers;
  std::string module;  ///< the layer's path; in kohya files with "_" for "."
  LoraPart part = LoraPart::kA;
};

/// Nothing when the name is none of an adapter's. Spellings of diffusers that are understood:
/// `.lora_A.weight`, `.lora.down.weight`, `_lora.down.weight`, `.lora_linear_layer.down.weight`,
/// with and without `unet.` in front and with the attention processors of its first releases
/// (`attn1.processor.to_q_lora...`).
[[nodiscard]] std::optional<LoraKey> parse_lora_key(std::string_view name);

/// True for the name of a tensor that adapts a text encoder.
[[nodiscard]] bool is_text_encoder_lora_key(std::string_view name);

/// What a tensor is that parse_lora_key does not know but other programs do, in words ("the
/// magnitude of DoRA", "a Kronecker factor of LoKr"); nothing when nobody is known to write the
/// name.
[[nodiscard]] std::optional<std::string_view> foreign_adapter_part(std::string_view name);

/// The layer's name in kohya files: every "." a "_".
[[nodiscard]] std::string kohya_name(std::string_view module);

}  // namespace rocm::data
