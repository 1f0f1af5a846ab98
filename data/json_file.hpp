// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace rocm::data {

/// What a JSON text may ask of us; far above any model's configuration, tokenizer or index.
struct JsonLimits {
  std::size_t bytes = std::size_t{64} << 20;
  std::size_t values = 5'000'000;
  int depth = 64;
};

/// The JSON value in `text`. Beyond the grammar a key that is given twice is an error: parsers
/// disagree about which one counts. Throws Failure(kInput) with `where:line:column`.
[[nodiscard]] nlohmann::json parse_json(std::string_view text, const std::string& where,
                                        const JsonLimits& limits = {});

/// The same for a file, whose Infinity, -Infinity and NaN, which Python writes although JSON has no
/// such words, are read as null. Throws Failure(kInput), also when the file is missing.
[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& path,
                                       const JsonLimits& limits = {});

}  // namespace rocm::data
