// SPDX-License-Identifier: Apache-2.0
#include "data/vocabulary_file.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

[[noreturn]] void malformed_vocabulary(const std::string& where, std::string problem,
                                       std::string because) {
  fail(ExitCode::kInput, {.where = where,
                          .problem = std::move(problem),
                          .because = std::move(because),
                          .advice = "take the model's tokenizer files again from their source"});
}

Merge merge_of(std::string_view line, const std::string& where) {
  const std::size_t space = line.find(' ');
  const bool two = space != std::string_view::npos && space > 0 && space + 1 < line.size() &&
                   line.find(' ', space + 1) == std::string_view::npos;
  if (!two) {
    malformed_vocabulary(where, fmt::format("\"{}\" is not a merge", printable(line)),
                         "two symbols with one space between them are expected");
  }
  return {std::string(line.substr(0, space)), std::string(line.substr(space + 1))};
}

bool is_pair_of_strings(const nlohmann::json& entry) {
  return entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string();
}

}  // namespace

Vocabulary vocabulary_of(const nlohmann::json& entries, const std::string& where) {
  if (!entries.is_object() || entries.empty()) {
    malformed_vocabulary(where, "there is no vocabulary",
                         "an object of tokens and their ids is expected");
  }
  Vocabulary vocabulary;
  vocabulary.reserve(entries.size());
  for (const auto& [token, id] : entries.items()) {
    if (!id.is_number_integer() || id < 0 || id > kMaxTokenId) {
      malformed_vocabulary(where, fmt::format("token \"{}\" has no usable id", printable(token)),
                           fmt::format("an integer from 0 to {} is expected", kMaxTokenId));
    }
    vocabulary.emplace(token, id.get<std::int64_t>());
  }
  return vocabulary;
}

std::vector<Merge> merges_of_text(std::string_view text, const std::string& where) {
  std::vector<Merge> merges;
  for (std::size_t number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with("#version")) continue;
    merges.push_back(merge_of(line, fmt::format("{}:{}", where, number)));
  }
  return merges;
}

std::vector<Merge> merges_of_json(const nlohmann::json& list, const std::string& where) {
  if (!list.is_array())
    malformed_vocabulary(where, "there is no model.merges", "a list is expected");
  std::vector<Merge> merges;
  merges.reserve(list.size());
  for (const nlohmann::json& entry : list) {
    const std::string here = fmt::format("{}: model.merges[{}]", where, merges.size());
    if (is_pair_of_strings(entry)) {
      merges.emplace_back(entry[0], entry[1]);
    } else if (entry.is_string()) {
      merges.push_back(merge_of(entry.get_ref<const std::string&>(), here));
    } else {
      malformed_vocabulary(here, "this is not a merge",
                           "a string or a pair of strings is expected");
    }
  }
  return merges;
}

}  // namespace rocm::data
