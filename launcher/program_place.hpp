// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>

namespace rocm::launcher {

/// The file of this program, whatever it was called by.
[[nodiscard]] std::filesystem::path running_program();

/// What comes with the program: the first of the `places` that exists below one of the folders
/// above it, the nearest folder first. Nothing if the program was moved away from them.
[[nodiscard]] std::optional<std::filesystem::path> above_program(
    std::initializer_list<std::filesystem::path> places);

}  // namespace rocm::launcher
