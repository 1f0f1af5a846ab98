// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "data/bpe.hpp"

namespace rocm::data {

/// Largest id that a vocabulary may give: ids are used as rows of an embedding table.
constexpr std::int64_t kMaxTokenId = (std::int64_t{1} << 31) - 1;

/// Content of `vocab.json`, or `model.vocab` of `tokenizer.json`: an object of token to id. These
/// functions throw Failure(kInput) naming `where`.
[[nodiscard]] Vocabulary vocabulary_of(const nlohmann::json& entries, const std::string& where);

/// Content of `merges.txt`: two symbols a line; a line that begins with `#version` is a comment.
[[nodiscard]] std::vector<Merge> merges_of_text(std::string_view text, const std::string& where);

/// `model.merges` of `tokenizer.json`: "a b" as older versions write it, or ["a", "b"].
[[nodiscard]] std::vector<Merge> merges_of_json(const nlohmann::json& list,
                                                const std::string& where);

}  // namespace rocm::data
