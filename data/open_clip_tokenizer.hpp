// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "data/bpe.hpp"
#include "data/clip_tokenizer_files.hpp"
#include "data/html_entities.hpp"

namespace rocm::data {

/// OpenAI's and open_clip's tokenizer of CLIP (open_clip 3.3, SimpleTokenizer), as HPSv2 uses it:
/// the vocabulary of ClipTokenizer, but other cleaning (open_clip_text.hpp says what it lacks),
/// `<start_of_text>` and `<end_of_text>` as the tokens that a text can name, padding with 0.
class OpenClipTokenizer {
 public:
  /// Reads a CLIP tokenizer's folder (as ClipTokenizer) and `data/tokenizers/html_entities.tsv`.
  /// Throws Failure(kInput).
  static OpenClipTokenizer open(const std::filesystem::path& folder,
                                const std::filesystem::path& html_entities);

  /// Exactly `length` ids (>= 2): begin, the first length - 2 of the text, end, zeros. Throws
  /// Failure(kInput) unless text is UTF-8.
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text, std::int64_t length) const;

  /// One more than the largest id: the rows that an embedding table needs.
  [[nodiscard]] std::int64_t vocabulary_size() const { return vocabulary_size_; }

 private:
  OpenClipTokenizer(const ClipTokenizerFiles& files, HtmlEntities entities);

  void append_word(std::string_view word, std::vector<std::int64_t>& ids) const;

  BytePairEncoder encoder_;
  HtmlEntities entities_;
  std::int64_t begin_id_ = 0;
  std::int64_t end_id_ = 0;
  std::int64_t vocabulary_size_ = 0;
};

}  // namespace rocm::data
