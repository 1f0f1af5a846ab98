// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rocm::data {

/// The words that BERT's uncased tokenizer encodes one by one (transformers' BasicTokenizer):
/// control characters removed, lower case per code point, accents dropped, split at white space,
/// around CJK ideographs and around each punctuation character. `text` must be valid UTF-8.
[[nodiscard]] std::vector<std::string> split_bert_words(std::string_view text);

}  // namespace rocm::data
