// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace rocm::data {

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_of(std::span<const std::byte> bytes);
[[nodiscard]] std::string sha256_of(std::string_view text);

/// Reads the file once in pieces; equals the output of sha256sum. Throws Failure(kInput).
[[nodiscard]] std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace rocm::data
