// SPDX-License-Identifier: Apache-2.0
#include "data/clip_tokenizer.hpp"

#include <algorithm>
#include <utility>

#include "data/clip_words.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

std::vector<AddedToken> tokens_in(TokenText text, const ClipTokenizerFiles& files) {
  std::vector<AddedToken> tokens;
  std::ranges::copy_if(files.added, std::back_inserter(tokens),
                       [text](const AddedToken& token) { return token.text == text; });
  // Normalised text is searched for what normalisation makes of the token.
  for (AddedToken& token : tokens) {
    if (text == TokenText::kNormalised) token.content = normalise_clip_text(token.content);
  }
  std::ranges::sort(tokens, std::ranges::greater(),
                    [](const AddedToken& token) { return token.content.size(); });
  return tokens;
}

}  // namespace

ClipTokenizer ClipTokenizer::open(const std::filesystem::path& folder) {
  return ClipTokenizer(read_clip_tokenizer_files(folder));
}

ClipTokenizer::ClipTokenizer(const ClipTokenizerFiles& files)
    : encoder_(files.vocabulary, files.merges, token_id(files, files.unknown_token), files.where),
      raw_tokens_(tokens_in(TokenText::kRaw, files)),
      normalised_tokens_(tokens_in(TokenText::kNormalised, files)),
      begin_id_(token_id(files, files.begin_token)),
      end_id_(token_id(files, files.end_token)),
      pad_id_(token_id(files, files.pad_token)),
      model_max_length_(files.model_max_length),
      vocabulary_size_(token_count(files)) {
}

std::vector<std::int64_t> ClipTokenizer::encode(std::string_view text, std::int64_t length) const {
  expects(length >= 2, "room for the begin and the end token");
  require_utf8_prompt(text);
  std::vector<std::int64_t> ids{begin_id_};
  append_raw(text, ids);
  end_within(length, end_id_, ids);
  ids.resize(static_cast<std::size_t>(length), pad_id_);
  return ids;
}

void ClipTokenizer::append_raw(std::string_view text, std::vector<std::int64_t>& ids) const {
  cut_added_tokens(
      text, raw_tokens_, [&](std::string_view part) { append_normalised(part, ids); },
      [&](std::int64_t id) { ids.push_back(id); });
}

void ClipTokenizer::append_normalised(std::string_view text, std::vector<std::int64_t>& ids) const {
  const std::string normalised = normalise_clip_text(text);
  const auto append_words = [&](std::string_view part) {
    for (const std::string_view word : split_clip_words(part)) encoder_.append(word, ids);
  };
  cut_added_tokens(normalised, normalised_tokens_, append_words,
                   [&](std::int64_t id) { ids.push_back(id); });
}

}  // namespace rocm::data
