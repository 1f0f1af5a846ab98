// SPDX-License-Identifier: Apache-2.0
#include "data/open_clip_tokenizer.hpp"

#include <array>
#include <string>
#include <utility>

#include "data/clip_words.hpp"
#include "data/open_clip_text.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr std::int64_t kPadding = 0;
constexpr std::string_view kBeginName = "<start_of_text>";
constexpr std::string_view kEndName = "<end_of_text>";

// The pattern ignores case, so that a long s (U+017F) is an s in it; a token's name needs the s.
constexpr std::array<std::string_view, 11> kLiterals{
    kBeginName, kEndName, "<\u017Ftart_of_text>", "'s", "'\u017F", "'t", "'re", "'ve", "'m",
    "'ll",      "'d"};

// Ignoring case, the iota below (U+0345) is the letter iota and not: the pattern never finds it.
std::string without_iota_below(std::string text) {
  constexpr std::string_view kIotaBelow = "\u0345";
  for (auto at = text.find(kIotaBelow); at != std::string::npos; at = text.find(kIotaBelow, at))
    text.replace(at, kIotaBelow.size(), kIotaBelow.size(), ' ');
  return text;
}

}  // namespace

OpenClipTokenizer OpenClipTokenizer::open(const std::filesystem::path& folder,
                                          const std::filesystem::path& html_entities) {
  return {read_clip_tokenizer_files(folder), HtmlEntities::open(html_entities)};
}

OpenClipTokenizer::OpenClipTokenizer(const ClipTokenizerFiles& files, HtmlEntities entities)
    : encoder_(files.vocabulary, files.merges, token_id(files, files.unknown_token), files.where),
      entities_(std::move(entities)),
      begin_id_(token_id(files, files.begin_token)),
      end_id_(token_id(files, files.end_token)),
      vocabulary_size_(token_count(files)) {
}

std::vector<std::int64_t> OpenClipTokenizer::encode(std::string_view text,
                                                    std::int64_t length) const {
  expects(length >= 2, "room for the begin and the end token");
  require_utf8_prompt(text);
  const std::string cleaned = without_iota_below(clean_open_clip_text(text, entities_));
  std::vector<std::int64_t> ids{begin_id_};
  for (const std::string_view word : split_clip_words(cleaned, kLiterals)) append_word(word, ids);
  end_within(length, end_id_, ids);
  ids.resize(static_cast<std::size_t>(length), kPadding);
  return ids;
}

void OpenClipTokenizer::append_word(std::string_view word, std::vector<std::int64_t>& ids) const {
  if (word == kBeginName) {
    ids.push_back(begin_id_);
  } else if (word == kEndName) {
    ids.push_back(end_id_);
  } else {
    encoder_.append(word, ids);
  }
}

}  // namespace rocm::data
