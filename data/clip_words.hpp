// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rocm::data {

/// What the CLIP tokenizer of Hugging Face `tokenizers` sees of a prompt: NFC, every run of white
/// space one space, lower case per code point. `text` must be valid UTF-8. (That library's NFC does
/// not know the 98 combining marks since Unicode 10 and leaves them where they stand; here they are
/// put in order.)
[[nodiscard]] std::string normalise_clip_text(std::string_view text);

/// Ends of English words that are words of their own.
constexpr std::array<std::string_view, 7> kClipContractions{"'s", "'t",  "'re", "'ve",
                                                            "'m", "'ll", "'d"};

/// The words that are encoded one by one, as views into normalised text: at each place the first
/// that fits of `literals`, a run of letters, one number character, a run of anything else but
/// space. Combining marks are not letters. Spaces are dropped.
[[nodiscard]] std::vector<std::string_view> split_clip_words(
    std::string_view normalised, std::span<const std::string_view> literals = kClipContractions);

}  // namespace rocm::data
