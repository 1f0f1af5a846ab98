// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace rocm::launcher {

/// A file or folder of the published tokenizers that come with the program, for weights that were
/// published without: "clip", "bert". They lie in the repository (data/tokenizers) or in an
/// installation (share/rocm-dist/tokenizers), above the running program. Throws Failure(kInput) if
/// the program was moved away from both.
[[nodiscard]] std::filesystem::path tokenizer_resource(std::string_view name);

/// `folder` if it holds one of the `names`, and then its tokenizer is added to the `files` that are
/// read; else tokenizer_resource(fallback).
[[nodiscard]] std::filesystem::path tokenizer_folder(const std::filesystem::path& folder,
                                                     std::initializer_list<std::string_view> names,
                                                     std::string_view fallback,
                                                     std::vector<std::filesystem::path>& files);

}  // namespace rocm::launcher
