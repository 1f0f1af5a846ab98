// SPDX-License-Identifier: Apache-2.0
#include "data/clip_tokenizer_form.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

// transformers 5 added the special tokens to the pattern; they are cut out before it sees the text.
constexpr std::array<std::string_view, 2> kWordPatterns{
    R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)",
    R"(<\|startoftext\|>|<\|endoftext\|>|)"
    R"('s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+)"};

constexpr std::array<std::string_view, 4> kClasses{"CLIPTokenizer", "CLIPTokenizerFast",
                                                   "PreTrainedTokenizerFast", "TokenizersBackend"};

void require_form(bool ok, const std::string& where, std::string_view part) {
  if (ok) return;
  fail(ExitCode::kInput,
       {.where = where,
        .problem = fmt::format("{} is not that of a CLIP tokenizer", part),
        .because = "another computation would silently give the model other words",
        .advice = "use the tokenizer folder that belongs to the model"});
}

nlohmann::json clip_normalizer() {
  return {{"type", "Sequence"},
          {"normalizers",
           {{{"type", "NFC"}},
            {{"type", "Replace"}, {"pattern", {{"Regex", "\\s+"}}}, {"content", " "}},
            {{"type", "Lowercase"}}}}};
}

bool is_word_pattern(const nlohmann::json& pattern) {
  if (!pattern.is_object()) return false;
  const nlohmann::json expression = pattern.value("Regex", nlohmann::json());
  return std::ranges::any_of(kWordPatterns, [&](auto known) { return expression == known; });
}

bool is_word_split(const nlohmann::json& split) {
  return is_word_pattern(split.value("pattern", nlohmann::json())) &&
         split.value("type", nlohmann::json()) == "Split" &&
         split.value("behavior", nlohmann::json()) == "Removed" &&
         split.value("invert", nlohmann::json()) == true;
}

bool is_byte_level(const nlohmann::json& step) {
  return step.is_object() && step.value("type", nlohmann::json()) == "ByteLevel" &&
         step.value("add_prefix_space", nlohmann::json()) == false;
}

bool is_clip_pre_tokenizer(const nlohmann::json& pre) {
  if (!pre.is_object() || pre.value("type", nlohmann::json()) != "Sequence") return false;
  const nlohmann::json steps = pre.value("pretokenizers", nlohmann::json());
  return steps.is_array() && steps.size() == 2 && steps[0].is_object() && is_word_split(steps[0]) &&
         is_byte_level(steps[1]);
}

bool is_clip_model(const nlohmann::json& model) {
  if (!model.is_object() || model.value("type", nlohmann::json("BPE")) != "BPE") return false;
  const nlohmann::json prefix = model.value("continuing_subword_prefix", nlohmann::json());
  if (model.value("end_of_word_suffix", nlohmann::json()) != "</w>") return false;
  if (!prefix.is_null() && prefix != "") return false;
  if (!model.value("dropout", nlohmann::json()).is_null()) return false;
  return std::ranges::none_of(
      std::array{"fuse_unk", "byte_fallback", "ignore_merges"},
      [&](const char* option) { return model.value(option, nlohmann::json(false)) == true; });
}

}  // namespace

void require_clip_form(const nlohmann::json& tokenizer, const std::string& where) {
  require_form(tokenizer.value("normalizer", nlohmann::json()) == clip_normalizer(), where,
               "the normalizer");
  require_form(is_clip_pre_tokenizer(tokenizer.value("pre_tokenizer", nlohmann::json())), where,
               "the pre_tokenizer");
  require_form(is_clip_model(tokenizer.value("model", nlohmann::json())), where, "the model");
}

void require_clip_class(const nlohmann::json& config, const std::string& where) {
  const nlohmann::json name = config.value("tokenizer_class", nlohmann::json());
  if (!name.is_string()) return;
  const bool known = std::ranges::any_of(kClasses, [&](auto other) { return name == other; });
  require_form(known, where,
               fmt::format("tokenizer_class \"{}\"", printable(name.get<std::string>())));
}

}  // namespace rocm::data
