// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace rocm::data {

/// Prompts in the order of their file, none empty: row i is `prompt_id` i of the records. Each is
/// valid UTF-8 without U+0000 and without white space around it.
struct PromptSet {
  std::vector<std::string> lines;
};

/// What a blank line of a .txt file is.
enum class BlankLines : std::uint8_t {
  kSkipped,
  kEmptyText,  ///< an empty text, unless only blank lines follow: line i stays row i
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
                                     BlankLines blank = BlankLines::kSkipped);

}  // namespace rocm::data
