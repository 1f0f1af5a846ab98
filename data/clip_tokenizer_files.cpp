// SPDX-License-Identifier: Apache-2.0
#include "data/clip_tokenizer_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/clip_tokenizer_form.hpp"
#include "data/json_file.hpp"
#include "data/printable.hpp"
#include "data/vocabulary_file.hpp"
#include "data/whole_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr std::size_t kMaxMergesBytes = std::size_t{64} << 20;

// The list published with CLIP goes on after the merges that the model was trained with.
constexpr std::size_t kClipVocabularySize = 49408;
constexpr std::size_t kClipMerges = 49152 - 256 - 2;

[[noreturn]] void malformed_tokenizer(const std::string& where, std::string problem,
                                      std::string because) {
  fail(ExitCode::kInput, {.where = where,
                          .problem = std::move(problem),
                          .because = std::move(because),
                          .advice = "take the tokenizer files of the model again from its source"});
}

bool is_there(const std::filesystem::path& path) {
  std::error_code unreadable;  // reading it then says why
  return std::filesystem::exists(path, unreadable) || unreadable;
}

nlohmann::json read_object(const std::filesystem::path& path) {
  nlohmann::json object = read_json(path);
  if (!object.is_object())
    malformed_tokenizer(printable_path(path), "not an object", "the file lists names");
  return object;
}

nlohmann::json read_optional_object(const std::filesystem::path& path) {
  return is_there(path) ? read_object(path) : nlohmann::json::object();
}

TokenText token_text_of(const nlohmann::json& token) {
  return token.value("normalized", nlohmann::json(true)) == false ? TokenText::kRaw
                                                                  : TokenText::kNormalised;
}

AddedToken added_token_of(const nlohmann::json& token, std::int64_t id, const std::string& where) {
  const nlohmann::json content =
      token.is_object() ? token.value("content", nlohmann::json()) : nlohmann::json();
  if (!content.is_string() || content == "" || id < 0 || id > kMaxTokenId) {
    malformed_tokenizer(where, "an added token is malformed", "its content and id are expected");
  }
  for (const char* option : {"lstrip", "rstrip", "single_word"}) {
    if (token.value(option, nlohmann::json(false)) != true) continue;
    malformed_tokenizer(
        where,
        fmt::format("added token \"{}\" has {}", printable(content.get<std::string>()), option),
        "this option of an added token is not computed here");
  }
  return {content, id, token_text_of(token)};
}

void add_token(ClipTokenizerFiles& files, AddedToken token) {
  const auto same = [&](const AddedToken& other) { return other.content == token.content; };
  if (std::ranges::none_of(files.added, same)) files.added.push_back(std::move(token));
}

void add_tokens_of_list(ClipTokenizerFiles& files, const nlohmann::json& list) {
  if (!list.is_array()) return;
  for (const nlohmann::json& token : list) {
    const nlohmann::json id =
        token.is_object() ? token.value("id", nlohmann::json(-1)) : nlohmann::json(-1);
    add_token(files, added_token_of(token, id.is_number_integer() ? id.get<std::int64_t>() : -1,
                                    files.where));
  }
}

// tokenizer_config.json: {"49407": {"content": "<|endoftext|>", ...}, ...}
void add_tokens_of_config(ClipTokenizerFiles& files, const nlohmann::json& decoder,
                          const std::string& where) {
  if (!decoder.is_object()) return;
  for (const auto& [key, token] : decoder.items()) {
    std::int64_t id = -1;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
    if (error != std::errc() || end != key.data() + key.size()) id = -1;
    add_token(files, added_token_of(token, id, where));
  }
}

// "bos_token": a string, or {"content": ...}; nothing where the file does not say.
std::optional<std::string> named_token(const nlohmann::json& config, const char* name) {
  nlohmann::json token = config.value(name, nlohmann::json());
  if (token.is_object()) token = token.value("content", nlohmann::json());
  if (!token.is_string()) return std::nullopt;
  return token.get<std::string>();
}

void read_names(ClipTokenizerFiles& files, const nlohmann::json& config) {
  const std::array<std::pair<const char*, std::string*>, 4> names{
      {{"bos_token", &files.begin_token},
       {"eos_token", &files.end_token},
       {"unk_token", &files.unknown_token},
       {"pad_token", &files.pad_token}}};
  for (const auto& [name, token] : names) *token = named_token(config, name).value_or(*token);
}

// A token that frames the text is cut out of it even where no file declares it as added.
void add_special_tokens(ClipTokenizerFiles& files, const nlohmann::json& config) {
  for (const char* name : {"bos_token", "eos_token"}) {
    const std::string& content = name[0] == 'b' ? files.begin_token : files.end_token;
    const auto entry = files.vocabulary.find(content);
    if (entry == files.vocabulary.end()) continue;
    const nlohmann::json token = config.value(name, nlohmann::json());
    add_token(files, {content, entry->second,
                      token.is_object() ? token_text_of(token) : TokenText::kNormalised});
  }
}

// transformers writes 1e30 where a tokenizer has no limit.
void read_max_length(ClipTokenizerFiles& files, const nlohmann::json& config) {
  const nlohmann::json length = config.value("model_max_length", nlohmann::json());
  if (!length.is_number() || length > 1'000'000) return;
  if (!length.is_number_integer() || length < 2) {
    malformed_tokenizer(files.where, "model_max_length is not a number of tokens",
                        "at least 2 are needed");
  }
  files.model_max_length = length.get<std::int64_t>();
}

void read_vocabulary_and_merges(ClipTokenizerFiles& files, const std::filesystem::path& folder) {
  const auto merges = folder / "merges.txt";
  files.where = printable_path(merges);
  const auto vocabulary = folder / "vocab.json";
  files.vocabulary = vocabulary_of(read_object(vocabulary), printable_path(vocabulary));
  files.merges = merges_of_text(read_whole_file(merges, kMaxMergesBytes), files.where);
  if (files.vocabulary.size() == kClipVocabularySize && files.merges.size() > kClipMerges) {
    files.merges.resize(kClipMerges);
  }
}

void read_tokenizer_json(ClipTokenizerFiles& files, const std::filesystem::path& path) {
  files.where = printable_path(path);
  const nlohmann::json tokenizer = read_object(path);
  require_clip_form(tokenizer, files.where);
  const nlohmann::json& model = tokenizer["model"];
  files.vocabulary = vocabulary_of(model.value("vocab", nlohmann::json()), files.where);
  files.merges = merges_of_json(model.value("merges", nlohmann::json()), files.where);
  files.unknown_token = named_token(model, "unk_token").value_or(files.unknown_token);
  add_tokens_of_list(files, tokenizer.value("added_tokens", nlohmann::json()));
}

void read_model(ClipTokenizerFiles& files, const std::filesystem::path& folder) {
  const auto has = [&](const char* name) { return is_there(folder / name); };
  if (has("vocab.json") && has("merges.txt")) return read_vocabulary_and_merges(files, folder);
  if (has("tokenizer.json")) return read_tokenizer_json(files, folder / "tokenizer.json");
  fail(ExitCode::kInput,
       {.where = printable_path(folder),
        .problem = "no CLIP tokenizer in this folder",
        .because = "neither vocab.json with merges.txt nor tokenizer.json is there",
        .advice = "copy the model's tokenizer files into it"});
}

}  // namespace

ClipTokenizerFiles read_clip_tokenizer_files(const std::filesystem::path& folder) {
  const auto config_path = folder / "tokenizer_config.json";
  const nlohmann::json config = read_optional_object(config_path);
  require_clip_class(config, printable_path(config_path));
  ClipTokenizerFiles files;
  read_names(files, read_optional_object(folder / "special_tokens_map.json"));
  read_names(files, config);
  read_model(files, folder);
  add_tokens_of_config(files, config.value("added_tokens_decoder", nlohmann::json()),
                       printable_path(config_path));
  add_special_tokens(files, config);
  read_max_length(files, config);
  return files;
}

std::int64_t token_id(const ClipTokenizerFiles& files, const std::string& token) {
  const auto added = std::ranges::find(files.added, token, &AddedToken::content);
  if (added != files.added.end()) return added->id;
  const auto entry = files.vocabulary.find(token);
  if (entry != files.vocabulary.end()) return entry->second;
  fail(ExitCode::kInput,
       {.where = files.where,
        .problem = fmt::format("the special token \"{}\" has no id", printable(token)),
        .because = "it is neither in the vocabulary nor among the added tokens",
        .advice = "take vocabulary and tokenizer_config.json from the same model"});
}

std::int64_t token_count(const ClipTokenizerFiles& files) {
  std::int64_t largest = 0;
  for (const auto& [token, id] : files.vocabulary) largest = std::max(largest, id);
  for (const auto& token : files.added) largest = std::max(largest, token.id);
  return largest + 1;
}

}  // namespace rocm::data
