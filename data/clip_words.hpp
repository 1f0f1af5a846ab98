// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rocm::data {

/// What the CLIP tokenizer of Hugging Face `tokenizers` sees of a prompt: NFC, every run of white
/// space one space, lower case per code point. `text` must be valid UTF-8.
[[nodiscard]] std::string normalise_clip_text(std::string_view text);

/// The words that are encoded one by one, as views into normalised text: at each place the first
/// that fits of 's 't 're 've 'm 'll 'd, a run of letters, one number character, a run of anything
/// else but space. Combining marks are not letters. Spaces are dropped.
[[nodiscard]] std::vector<std::string_view> split_clip_words(std::string_view normalised);

}  // namespace rocm::data
