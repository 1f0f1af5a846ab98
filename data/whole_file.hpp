// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace rocm::data {

/// All bytes of a regular file of at most `max_B`, read rather than mapped: a file that somebody
/// shortens meanwhile is an error, not a signal. Throws Failure(kInput).
[[nodiscard]] std::string read_whole_file(const std::filesystem::path& path, std::size_t max_B);

}  // namespace rocm::data
