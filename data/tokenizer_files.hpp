// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

namespace rocm::data {

/// The files in `folder` of which ClipTokenizer, OpenClipTokenizer and BertTokenizer read some; no
/// others are looked for.
[[nodiscard]] std::vector<std::filesystem::path> tokenizer_files(
    const std::filesystem::path& folder);

}  // namespace rocm::data
