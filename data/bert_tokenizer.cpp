// SPDX-License-Identifier: Apache-2.0
#include "data/bert_tokenizer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "data/bert_words.hpp"
#include "data/json_file.hpp"
#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/vocabulary_file.hpp"
#include "data/whole_file.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestVocabulary_B = std::size_t{64} << 20;
constexpr std::size_t kLongestWord = 100;  ///< code points; a longer word is unknown
constexpr std::string_view kContinuation = "##";
constexpr std::array kSpecial = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

/// One token a line; the line's number, from 0, is its id.
Vocabulary vocabulary_of_lines(const fs::path& path) {
  Vocabulary vocabulary;
  const std::string text = read_whole_file(path, kLargestVocabulary_B);
  std::size_t begin = 0;
  for (std::int64_t id = 0; begin < text.size(); ++id) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string token = text.substr(begin, end - begin);
    if (token.ends_with('\r')) token.pop_back();
    vocabulary.insert_or_assign(std::move(token), id);
    begin = end + 1;
  }
  return vocabulary;
}

Vocabulary vocabulary_of_tokenizer(const fs::path& path) {
  const nlohmann::json json = read_json(path);
  const auto model = json.is_object() ? json.find("model") : json.end();
  if (model == json.end() || !model->is_object() || !model->contains("vocab")) {
    fail(ExitCode::kInput, {.where = printable_path(path),
                            .problem = "there is no model.vocab",
                            .because = "a WordPiece tokenizer is a vocabulary",
                            .advice = "name a folder with vocab.txt"});
  }
  return vocabulary_of((*model)["vocab"], printable_path(path));
}

std::int64_t required_id(const Vocabulary& vocabulary, const std::string& token,
                         const std::string& where) {
  const auto found = vocabulary.find(token);
  if (found != vocabulary.end()) return found->second;
  fail(ExitCode::kInput, {.where = where,
                          .problem = fmt::format("the vocabulary lacks {}", token),
                          .because = "BERT's tokenizer needs it",
                          .advice = "use the vocab.txt of bert-base-uncased"});
}

/// Where the characters of UTF-8 begin, and its end.
std::vector<std::size_t> boundaries_of(const std::string& word) {
  std::vector<std::size_t> boundaries;
  for (std::size_t at = 0; at < word.size(); ++at)
    if ((static_cast<unsigned char>(word[at]) & 0xC0) != 0x80) boundaries.push_back(at);
  boundaries.push_back(word.size());
  return boundaries;
}

}  // namespace

BertTokenizer BertTokenizer::open(const fs::path& folder) {
  const fs::path text = folder / "vocab.txt";
  if (is_file(text)) return {vocabulary_of_lines(text), printable_path(text)};
  const fs::path json = folder / "tokenizer.json";
  return {vocabulary_of_tokenizer(json), printable_path(json)};
}

BertTokenizer::BertTokenizer(Vocabulary vocabulary, const std::string& where)
    : vocabulary_(std::move(vocabulary)),
      pad_id_(required_id(vocabulary_, "[PAD]", where)),
      unknown_id_(required_id(vocabulary_, "[UNK]", where)),
      begin_id_(required_id(vocabulary_, "[CLS]", where)),
      end_id_(required_id(vocabulary_, "[SEP]", where)) {
  for (const char* token : kSpecial)
    if (vocabulary_.contains(token)) special_.push_back({token, vocabulary_.at(token)});
  for (const auto& [token, id] : vocabulary_) vocabulary_size_ = std::max(vocabulary_size_, id + 1);
}

BertTokenizer BertTokenizer::with_added(const std::vector<std::string>& tokens) const {
  BertTokenizer extended = *this;
  for (const std::string& token : tokens)
    extended.special_.push_back({token, extended.vocabulary_size_++});
  return extended;
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
  require_utf8_prompt(text);
  const auto room = static_cast<std::size_t>(length);
  std::vector<std::int64_t> ids = {begin_id_};
  cut_added_tokens(
      text, special_, [&](std::string_view part) { append_text(part, ids); },
      [&](std::int64_t id) { ids.push_back(id); });
  end_within(length, end_id_, ids);
  std::vector<std::int64_t> mask(ids.size(), 1);
  ids.resize(room, pad_id_);
  mask.resize(room, 0);
  return {.ids = std::move(ids), .mask = std::move(mask)};
}

}  // namespace rocm::data
