// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/added_token.hpp"
#include "data/bpe.hpp"

namespace rocm::data {

/// BERT's uncased WordPiece tokenizer (Devlin et al., arXiv 1810.04805; transformers'
/// BertTokenizer), as BLIP and ImageReward use it.
class BertTokenizer {
 public:
  struct Encoding {
    std::vector<std::int64_t> ids;
    std::vector<std::int64_t> mask;  ///< 1 for text, 0 for padding
  };

  /// Reads `vocab.txt`, or `tokenizer.json` alone, of a folder. Throws Failure(kInput) when it is
  /// no WordPiece vocabulary with [PAD], [UNK], [CLS] and [SEP].
  static BertTokenizer open(const std::filesystem::path& folder);

  /// The same tokenizer with tokens of its own for these texts, the next ids after the
  /// vocabulary's.
  [[nodiscard]] BertTokenizer with_added(const std::vector<std::string>& tokens) const;

  /// Exactly `length` ids (>= 2): [CLS], the first length - 2 of the text, [SEP], padding. A
  /// literal [SEP] and the like in the text is that token. Throws Failure(kInput) unless text is
  /// UTF-8.
  [[nodiscard]] Encoding encode(std::string_view text, std::int64_t length) const;

  /// One more than the largest id.
  [[nodiscard]] std::int64_t vocabulary_size() const { return vocabulary_size_; }

 private:
  BertTokenizer(Vocabulary vocabulary, const std::string& where);

  void append_text(std::string_view text, std::vector<std::int64_t>& ids) const;
  void append_word(const std::string& word, std::vector<std::int64_t>& ids) const;

  Vocabulary vocabulary_;
  std::vector<AddedToken> special_;
  std::int64_t pad_id_ = 0;
  std::int64_t unknown_id_ = 0;
  std::int64_t begin_id_ = 0;
  std::int64_t end_id_ = 0;
  std::int64_t vocabulary_size_ = 0;
};

}  // namespace rocm::data
