// SPDX-License-Identifier: Apache-2.0
#include "launcher/program_place.hpp"

#include <system_error>

namespace rocm::launcher {

namespace fs = std::filesystem;

fs::path running_program() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored);
}

std::optional<fs::path> above_program(std::initializer_list<fs::path> places) {
  std::error_code ignored;
  for (fs::path above = running_program().parent_path(); above.has_relative_path();
       above = above.parent_path()) {
    for (const fs::path& place : places)
      if (fs::exists(above / place, ignored)) return above / place;
  }
  return std::nullopt;
}

}  // namespace rocm::launcher
