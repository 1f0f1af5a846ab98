// SPDX-License-Identifier: Apache-2.0
#include "data/bpe.hpp"

#include <queue>
#include <tuple>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "data/unicode.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr std::string_view kEndOfWord = "</w>";

bool is_printable_byte(int byte) {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

// GPT-2's table: a printable Latin-1 byte is itself, the other 68 are U+0100, U+0101, ... in order.
std::array<std::string, 256> byte_characters() {
  std::array<std::string, 256> characters;
  char32_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    append_utf8(characters[static_cast<std::size_t>(byte)],
                is_printable_byte(byte) ? static_cast<char32_t>(byte) : next++);
  }
  return characters;
}

std::int64_t symbol_id(const Vocabulary& vocabulary, const std::string& symbol, std::size_t merge,
                       const std::string& where) {
  const auto found = vocabulary.find(symbol);
  if (found != vocabulary.end()) return found->second;
  fail(ExitCode::kInput,
       {.where = where,
        .problem = fmt::format("merge {} needs the symbol \"{}\"", merge + 1, printable(symbol)),
        .because = "the vocabulary has no such entry",
        .advice = "take vocabulary and merges from the same model"});
}

}  // namespace

std::size_t BytePairEncoder::PairHash::operator()(
    const std::pair<std::int64_t, std::int64_t>& pair) const noexcept {
  // Ids are below 2^31, so this is one to one before std::hash.
  return std::hash<std::int64_t>{}((pair.first << 32) ^ pair.second);
}

BytePairEncoder::BytePairEncoder(const Vocabulary& vocabulary, std::span<const Merge> merges,
                                 std::int64_t unknown_id, const std::string& where) {
  const auto characters = byte_characters();
  for (std::size_t byte = 0; byte < characters.size(); ++byte) {
    const auto inner = vocabulary.find(characters[byte]);
    const auto last = vocabulary.find(characters[byte] + std::string(kEndOfWord));
    inner_id_[byte] = inner == vocabulary.end() ? unknown_id : inner->second;
    last_id_[byte] = last == vocabulary.end() ? unknown_id : last->second;
  }
  joins_.reserve(merges.size());
  for (std::size_t rank = 0; rank < merges.size(); ++rank) {
    const auto& [left, right] = merges[rank];
    const std::pair key{symbol_id(vocabulary, left, rank, where),
                        symbol_id(vocabulary, right, rank, where)};
    const Join join{static_cast<std::int64_t>(rank),
                    symbol_id(vocabulary, left + right, rank, where)};
    joins_.insert_or_assign(key, join);
  }
}

/// The symbols of one word as a list whose neighbours are joined, cheapest first.
class WordMerger {
 public:
  WordMerger(const BytePairEncoder& encoder, std::string_view word) : encoder_(encoder) {
    const auto size = static_cast<int>(word.size());
    symbols_.reserve(word.size());
    for (int at = 0; at < size; ++at) {
      const auto byte = static_cast<unsigned char>(word[static_cast<std::size_t>(at)]);
      const auto& table = at + 1 == size ? encoder_.last_id_ : encoder_.inner_id_;
      symbols_.push_back({table[byte], at - 1, at + 1 == size ? kNone : at + 1});
    }
    for (int at = 0; at + 1 < size; ++at) propose(at);
  }

  void merge_all() {
    while (!proposals_.empty()) {
      const auto [rank, left, id] = proposals_.top();
      proposals_.pop();
      if (still_joins(rank, left)) join(left, id);
    }
  }

  void append_to(std::vector<std::int64_t>& ids) const {
    for (int at = symbols_.empty() ? kNone : 0; at != kNone; at = symbol(at).next) {
      ids.push_back(symbol(at).id);
    }
  }

 private:
  static constexpr int kNone = -1;

  struct Symbol {
    std::int64_t id;
    int previous;
    int next;
    bool gone = false;  // swallowed by its left neighbour
  };

  using Proposal = std::tuple<std::int64_t, int, std::int64_t>;  // rank, left symbol, joined id

  [[nodiscard]] const Symbol& symbol(int at) const {
    return symbols_[static_cast<std::size_t>(at)];
  }

  Symbol& symbol(int at) { return symbols_[static_cast<std::size_t>(at)]; }

  [[nodiscard]] const BytePairEncoder::Join* join_at(int left) const {
    if (left == kNone || symbol(left).gone || symbol(left).next == kNone) return nullptr;
    const auto found = encoder_.joins_.find({symbol(left).id, symbol(symbol(left).next).id});
    return found == encoder_.joins_.end() ? nullptr : &found->second;
  }

  void propose(int left) {
    if (const auto* join = join_at(left)) proposals_.emplace(join->rank, left, join->id);
  }

  // A neighbour may have changed since the proposal was made.
  [[nodiscard]] bool still_joins(std::int64_t rank, int left) const {
    const auto* join = join_at(left);
    return join != nullptr && join->rank == rank;
  }

  void join(int left, std::int64_t id) {
    Symbol& swallowed = symbol(symbol(left).next);
    swallowed.gone = true;
    symbol(left).id = id;
    symbol(left).next = swallowed.next;
    if (swallowed.next != kNone) symbol(swallowed.next).previous = left;
    propose(symbol(left).previous);
    propose(left);
  }

  const BytePairEncoder& encoder_;
  std::vector<Symbol> symbols_;
  std::priority_queue<Proposal, std::vector<Proposal>, std::greater<>> proposals_;
};

void BytePairEncoder::append(std::string_view word, std::vector<std::int64_t>& ids) const {
  WordMerger merger(*this, word);
  merger.merge_all();
  merger.append_to(ids);
}

}  // namespace rocm::data
