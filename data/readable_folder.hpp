// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace rocm::data {

/// Throws Failure(kInput) unless the folder is there and may be listed and entered.
void check_folder(const std::filesystem::path& path);

}  // namespace rocm::data
