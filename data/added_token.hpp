// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rocm::data {

/// In which text a token of its own is looked for: the user's, or what normalisation leaves of it.
enum class TokenText : std::uint8_t { kRaw, kNormalised };

/// A token that is cut out of the text before words are formed: `<|endoftext|>`, `[SEP]`.
struct AddedToken {
  std::string content;
  std::int64_t id = 0;
  TokenText text = TokenText::kNormalised;
};

/// Cuts `tokens` (the longest first) out of the text, leftmost first: calls on_text(part) and
/// on_token(id) in the order of the text.
template <class OnText, class OnToken>
void cut_added_tokens(std::string_view text, const std::vector<AddedToken>& tokens,
                      const OnText& on_text, const OnToken& on_token) {
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto token =
        std::ranges::find_if(tokens, [rest = text.substr(at)](const auto& candidate) {
          return rest.starts_with(candidate.content);
        });
    if (token == tokens.end()) {
      ++at;
      continue;
    }
    on_text(text.substr(begin, at - begin));
    on_token(token->id);
    begin = at += token->content.size();
  }
  on_text(text.substr(begin));
}

/// Cuts `ids` to the first length - 1 and appends the end token.
void end_within(std::int64_t length, std::int64_t end_id, std::vector<std::int64_t>& ids);

/// What every tokenizer asks of a prompt or caption. Throws Failure(kInput).
void require_utf8_prompt(std::string_view text);

}  // namespace rocm::data
