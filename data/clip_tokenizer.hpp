// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/bpe.hpp"
#include "data/clip_tokenizer_files.hpp"

namespace rocm::data {

/// CLIP's byte-level BPE tokenizer, to the id what the `tokenizers` library gives (Hugging Face
/// CLIPTokenizerFast; CLIPTokenizer since transformers 5).
class ClipTokenizer {
 public:
  /// Reads a tokenizer folder: `vocab.json` + `merges.txt`, or `tokenizer.json` alone. Throws
  /// Failure(kInput) when it is not a complete CLIP tokenizer.
  static ClipTokenizer open(const std::filesystem::path& folder);

  /// Exactly `length` ids (>= 2): begin, the first length - 2 of the text, end, padding. A literal
  /// `<|endoftext|>` in the text is that token. Throws Failure(kInput) unless text is UTF-8.
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text, std::int64_t length) const;

  /// Tokens that the model was made for; 77 where the files do not say.
  [[nodiscard]] std::int64_t model_max_length() const { return model_max_length_; }

  /// One more than the largest id: the rows that an embedding table needs.
  [[nodiscard]] std::int64_t vocabulary_size() const { return vocabulary_size_; }

  [[nodiscard]] std::int64_t end_id() const { return end_id_; }

 private:
  explicit ClipTokenizer(const ClipTokenizerFiles& files);

  void append_raw(std::string_view text, std::vector<std::int64_t>& ids) const;
  void append_normalised(std::string_view text, std::vector<std::int64_t>& ids) const;

  BytePairEncoder encoder_;
  std::vector<AddedToken> raw_tokens_;
  std::vector<AddedToken> normalised_tokens_;
  std::int64_t begin_id_ = 0;
  std::int64_t end_id_ = 0;
  std::int64_t pad_id_ = 0;
  std::int64_t model_max_length_ = 0;
  std::int64_t vocabulary_size_ = 0;
};

}  // namespace rocm::data
