// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace rocm::data {

using Vocabulary = std::unordered_map<std::string, std::int64_t>;
using Merge = std::pair<std::string, std::string>;

/// Byte-pair encoding of words as CLIP does it: a word's UTF-8 bytes are symbols, each written as
/// one printable character (GPT-2's table), the last with the suffix `</w>`; the adjacent pair
/// whose merge comes first in the list (the leftmost of equals) is joined until none is in it.
class BytePairEncoder {
 public:
  /// `unknown_id` stands for symbols that the vocabulary lacks. Throws Failure(kInput) naming
  /// `where` when a merge uses or makes a symbol that is not in the vocabulary.
  BytePairEncoder(const Vocabulary& vocabulary, std::span<const Merge> merges,
                  std::int64_t unknown_id, const std::string& where);

  /// Appends the ids of one word; takes O(n log n) for n bytes, whatever they are.
  void append(std::string_view word, std::vector<std::int64_t>& ids) const;

 private:
  struct Join {
    std::int64_t rank;
    std::int64_t id;
  };

  struct PairHash {
    std::size_t operator()(const std::pair<std::int64_t, std::int64_t>& pair) const noexcept;
  };

  friend class WordMerger;

  std::array<std::int64_t, 256> inner_id_{};  // of a byte before the word's last
  std::array<std::int64_t, 256> last_id_{};   // of a word's last byte
  std::unordered_map<std::pair<std::int64_t, std::int64_t>, Join, PairHash> joins_;
};

}  // namespace rocm::data
