// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "data/html_entities.hpp"

namespace rocm::data {

/// What open_clip's tokenizer sees of a caption (open_clip 3.3, SimpleTokenizer with
/// clean="lower"): fix_text, HTML references replaced twice more, one space for every run of white
/// space and none at the ends, lower case with a final sigma. `text` must be valid UTF-8.
/// Differences: mojibake is not repaired, and characters are those of utf8proc's Unicode version.
[[nodiscard]] std::string clean_open_clip_text(std::string_view text, const HtmlEntities& entities);

}  // namespace rocm::data
