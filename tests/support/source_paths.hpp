// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace rocm::test {

/// Where the repository is. Compiled into one file alone: a compiler's command with the path in it
/// is another one in every checkout, and misses the cache.
std::filesystem::path source_folder();

/// Reference outputs: tests/golden.
std::filesystem::path golden_folder();

}  // namespace rocm::test
