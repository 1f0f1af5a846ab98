// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rocm::data {

/// Texts in the order of their file, each valid UTF-8 without U+0000: row i is `prompt_id` i of the
/// records. Prompts are not empty and have no white space around them.
struct PromptSet {
  std::vector<std::string> lines;
};

/// What the texts are for.
enum class TextUse : std::uint8_t {
  kPrompts,   ///< without white space around them; blank lines of a .txt file do not count
  kCaptions,  ///< row i belongs to picture i: as they are, empty ones and blank lines too
};

/// Reads a prompt file by its extension:
///   .txt    one prompt a line
///   .json   an array of strings, or of objects with `prompt`, `caption` or `text`
///   .jsonl  one such string or object a line
///   .csv .tsv  RFC 4180 (quoted fields may hold separators and line ends); a header line names the
///           column `prompt`, `caption` or `text`; without one there is a single column
/// A byte-order mark and CR LF are accepted. Throws Failure(kInput) with file:line when the file is
/// missing, malformed, too large, not UTF-8 or without a prompt, and Failure(kUsage) for another
/// extension.
[[nodiscard]] PromptSet read_prompts(const std::filesystem::path& path,
                                     TextUse use = TextUse::kPrompts);

}  // namespace rocm::data
