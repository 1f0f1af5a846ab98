// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "data/added_token.hpp"
#include "data/bpe.hpp"

namespace rocm::data {

/// What the files of a tokenizer folder say, before it is interpreted.
struct ClipTokenizerFiles {
  std::string where;  ///< the file that gave the merges, for messages
  Vocabulary vocabulary;
  std::vector<Merge> merges;
  std::vector<AddedToken> added;
  std::string begin_token = "<|startoftext|>";
  std::string end_token = "<|endoftext|>";
  std::string unknown_token = "<|endoftext|>";
  std::string pad_token = "<|endoftext|>";
  std::int64_t model_max_length = 77;
};

/// Reads `vocab.json` + `merges.txt`, or else `tokenizer.json`, and what `tokenizer_config.json`
/// and `special_tokens_map.json` add where they exist. Throws Failure(kInput) when a file is
/// missing or malformed, or describes another tokenizer than CLIP's.
[[nodiscard]] ClipTokenizerFiles read_clip_tokenizer_files(const std::filesystem::path& folder);

/// Throws Failure(kInput) when neither the added tokens nor the vocabulary have it.
[[nodiscard]] std::int64_t token_id(const ClipTokenizerFiles& files, const std::string& token);

/// One more than the largest id.
[[nodiscard]] std::int64_t token_count(const ClipTokenizerFiles& files);

}  // namespace rocm::data
