// SPDX-License-Identifier: Apache-2.0
#include "data/bert_tokenizer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include <fmt/format.h>

#include "data/bert_words.hpp"
#include "data/json_file.hpp"
#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/unicode.hpp"
#include "data/vocabulary_file.hpp"
#include "data/whole_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestVocabulary_B = std::size_t{64} << 20;
constexpr std::size_t kLongestWord = 100;  ///< code points; a longer word is unknown
constexpr std::string_view kContinuation = "##";
constexpr std::array<const char*, 5> kSpecial = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

using Entries = std::unordered_map<std::string, std::int64_t>;

/// One token a line; the line's number, from 0, is its id.
Entries entries_of_text(const fs::path& path) {
  Entries entries;
  const std::string text = read_whole_file(path, kLargestVocabulary_B);
  std::size_t begin = 0;
  for (std::int64_t id = 0; begin < text.size(); ++id) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string token = text.substr(begin, end - begin);
    if (token.ends_with('\r')) token.pop_back();
    entries.insert_or_assign(std::move(token), id);
    begin = end + 1;
  }
  return entries;
}

Entries entries_of_json(const fs::path& path) {
  const nlohmann::json json = read_json(path);
  const auto model = json.is_object() ? json.find("model") : json.end();
  if (model == json.end() || !model->is_object() || !model->contains("vocab")) {
    fail(ExitCode::kInput, {.where = printable_path(path),
                            .problem = "there is no model.vocab",
                            .because = "a WordPiece tokenizer is a vocabulary",
                            .advice = "name a folder with vocab.txt"});
  }
  const Vocabulary vocabulary = vocabulary_of((*model)["vocab"], printable_path(path));
  return {vocabulary.begin(), vocabulary.end()};
}

std::int64_t required_id(const Entries& entries, const std::string& token,
                         const std::string& where) {
  const auto found = entries.find(token);
  if (found != entries.end()) return found->second;
  fail(ExitCode::kInput, {.where = where,
                          .problem = fmt::format("the vocabulary lacks {}", token),
                          .because = "BERT's tokenizer needs it",
                          .advice = "use the vocab.txt of bert-base-uncased"});
}

std::size_t next_code_point(const std::string& word, std::size_t at) {
  ++at;
  while (at < word.size() && (static_cast<unsigned char>(word[at]) & 0xC0) == 0x80) ++at;
  return at;
}

std::vector<std::size_t> boundaries_of(const std::string& word) {
  std::vector<std::size_t> boundaries = {0};
  while (boundaries.back() < word.size())
    boundaries.push_back(next_code_point(word, boundaries.back()));
  return boundaries;
}

}  // namespace

BertTokenizer BertTokenizer::open(const fs::path& folder) {
  const fs::path text = folder / "vocab.txt";
  if (is_file(text)) return {entries_of_text(text), printable_path(text)};
  const fs::path json = folder / "tokenizer.json";
  return {entries_of_json(json), printable_path(json)};
}

BertTokenizer::BertTokenizer(Vocabulary vocabulary, const std::string& where)
    : vocabulary_(std::move(vocabulary)),
      pad_id_(required_id(vocabulary_, "[PAD]", where)),
      unknown_id_(required_id(vocabulary_, "[UNK]", where)),
      begin_id_(required_id(vocabulary_, "[CLS]", where)),
      end_id_(required_id(vocabulary_, "[SEP]", where)) {
  for (const char* token : kSpecial)
    if (vocabulary_.contains(token)) special_.emplace_back(token, vocabulary_.at(token));
  for (const auto& [token, id] : vocabulary_) vocabulary_size_ = std::max(vocabulary_size_, id + 1);
}

void BertTokenizer::append_word(const std::string& word, std::vector<std::int64_t>& ids) const {
  const std::vector<std::size_t> boundaries = boundaries_of(word);
  std::vector<std::int64_t> pieces;
  std::size_t begin = 0;
  while (begin + 1 < boundaries.size() && boundaries.size() <= kLongestWord + 1) {
    std::size_t end = boundaries.size() - 1;
    const auto piece = [&] {
      const std::string text = word.substr(boundaries[begin], boundaries[end] - boundaries[begin]);
      return vocabulary_.find(begin == 0 ? text : std::string(kContinuation) + text);
    };
    while (end > begin && piece() == vocabulary_.end()) --end;
    if (end == begin) break;
    pieces.push_back(piece()->second);
    begin = end;
  }
  if (begin + 1 < boundaries.size()) pieces = {unknown_id_};
  ids.insert(ids.end(), pieces.begin(), pieces.end());
}

void BertTokenizer::append_text(std::string_view text, std::vector<std::int64_t>& ids) const {
  for (const std::string& word : split_bert_words(text)) append_word(word, ids);
}

BertTokenizer::Encoding BertTokenizer::encode(std::string_view text, std::int64_t length) const {
  expects(length >= 2, "room for [CLS] and [SEP]");
  if (const auto at = invalid_utf8_at(text)) {
    fail(ExitCode::kInput, {.where = printable(text),
                            .problem = fmt::format("byte {} is not UTF-8", *at),
                            .because = "captions are text",
                            .advice = "save the captions as UTF-8"});
  }
  std::vector<std::int64_t> ids = {begin_id_};
  while (!text.empty()) {
    std::size_t first = text.size();
    const std::pair<std::string, std::int64_t>* token = nullptr;
    for (const auto& special : special_) {
      const std::size_t at = text.find(special.first);
      if (at < first) std::tie(first, token) = std::pair(at, &special);
    }
    append_text(text.substr(0, first), ids);
    if (token == nullptr) break;
    ids.push_back(token->second);
    text.remove_prefix(first + token->first.size());
  }
  ids.resize(std::min(ids.size(), static_cast<std::size_t>(length - 1)));
  ids.push_back(end_id_);
  Encoding encoding{.ids = ids, .mask = std::vector<std::int64_t>(ids.size(), 1)};
  encoding.ids.resize(static_cast<std::size_t>(length), pad_id_);
  encoding.mask.resize(static_cast<std::size_t>(length), 0);
  return encoding;
}

}  // namespace rocm::data
