// SPDX-License-Identifier: Apache-2.0
#include "data/lora_key.hpp"

#include <algorithm>
#include <array>

namespace rocm::data {
namespace {

struct Prefix {
  std::string_view text;
  LoraFormat format;
};

/// In this order: the empty prefix of diffusers' oldest files fits everything.
constexpr std::array<Prefix, 4> kPrefixes = {{{"lora_unet_", LoraFormat::kKohya},
                                              {"base_model.model.", LoraFormat::kPeft},
                                              {"unet.", LoraFormat::kDiffusers},
                                              {"", LoraFormat::kDiffusers}}};

struct Ending {
  std::string_view text;
  LoraPart part;
};

constexpr std::array<Ending, 3> kKohyaEndings = {{{".lora_down.weight", LoraPart::kA},
                                                  {".lora_up.weight", LoraPart::kB},
                                                  {".alpha", LoraPart::kAlpha}}};

constexpr std::array<Ending, 9> kEndings = {{{".lora_A.weight", LoraPart::kA},
                                             {".lora_B.weight", LoraPart::kB},
                                             {".lora.down.weight", LoraPart::kA},
                                             {".lora.up.weight", LoraPart::kB},
                                             {".lora_linear_layer.down.weight", LoraPart::kA},
                                             {".lora_linear_layer.up.weight", LoraPart::kB},
                                             {"_lora.down.weight", LoraPart::kA},
                                             {"_lora.up.weight", LoraPart::kB},
                                             {".alpha", LoraPart::kAlpha}}};

struct ForeignPart {
  std::string_view text;     ///< anywhere in the name
  std::string_view meaning;  ///< in words
};

/// Source: the weight names of PEFT's tuners, LyCORIS and ComfyUI.
constexpr std::array<ForeignPart, 17> kForeignParts = {
    {{".lora_magnitude_vector", "the magnitude of DoRA"},
     {".dora_scale", "the magnitude of DoRA"},
     {".hada_w", "a Hadamard factor of LoHa"},
     {".hada_t", "a Hadamard factor of LoHa"},
     {".lokr_", "a Kronecker factor of LoKr"},
     {".lora_mid.", "the middle factor of LoCon"},
     {".oft_", "a rotation of OFT"},
     {".boft_", "a rotation of BOFT"},
     {".ia3_l", "a factor of IA3"},
     {".vera_lambda", "a vector of VeRA"},
     {".lora_embedding_", "the adapter of an embedding"},
     {".modules_to_save.", "a whole layer trained beside the adapter (modules_to_save)"},
     {".lora_A.bias", "a bias of the adapter (lora_bias)"},
     {".lora_B.bias", "a bias of the adapter (lora_bias)"},
     {".lora_up.bias", "a bias of the adapter"},
     {".diff", "a whole difference of weights"},
     {".base_layer.bias", "a trained bias of the base model (bias)"}}};

constexpr std::array<std::string_view, 6> kTextEncoders = {
    "text_encoder.", "text_encoder_2.", "base_model.model.text_model.",
    "lora_te_",      "lora_te1_",       "lora_te2_"};

/// The layer itself, for files that name the attention processor it once belonged to.
std::string current_module(std::string_view name) {
  std::string module(name);
  constexpr std::string_view kProcessor = ".processor.";
  if (const std::size_t at = module.find(kProcessor); at != std::string::npos) {
    module.replace(at, kProcessor.size(), ".");
  }
  if (module.ends_with(".to_out")) module += ".0";  // the list [linear, dropout]
  return module;
}

template <std::size_t N>
std::optional<LoraKey> split(std::string_view name, LoraFormat format,
                             const std::array<Ending, N>& endings) {
  for (const Ending& ending : endings) {
    if (!name.ends_with(ending.text) || name.size() == ending.text.size()) continue;
    name.remove_suffix(ending.text.size());
    return LoraKey{format, std::string(name), ending.part};
  }
  return {};
}

}  // namespace

std::optional<LoraKey> parse_lora_key(std::string_view name) {
  const auto* prefix = std::ranges::find_if(
      kPrefixes, [name](const Prefix& candidate) { return name.starts_with(candidate.text); });
  name.remove_prefix(prefix->text.size());
  if (prefix->format == LoraFormat::kKohya) return split(name, prefix->format, kKohyaEndings);
  auto key = split(name, prefix->format, kEndings);
  if (key) key->module = current_module(key->module);
  return key;
}

bool is_text_encoder_lora_key(std::string_view name) {
  return std::ranges::any_of(kTextEncoders,
                             [name](std::string_view prefix) { return name.starts_with(prefix); });
}

std::optional<std::string_view> foreign_adapter_part(std::string_view name) {
  const auto* part = std::ranges::find_if(kForeignParts, [name](const ForeignPart& candidate) {
    return name.find(candidate.text) != std::string_view::npos;
  });
  return part == kForeignParts.end() ? std::nullopt : std::optional(part->meaning);
}

std::string kohya_name(std::string_view module) {
  std::string name(module);
  std::ranges::replace(name, '.', '_');
  return name;
}

}  // namespace rocm::data
