// SPDX-License-Identifier: Apache-2.0
#include "data/readable_folder.hpp"

#include <cerrno>
#include <system_error>

#include <unistd.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {

void check_folder(const std::filesystem::path& path) {
  if (::access((path / ".").c_str(), R_OK | X_OK) == 0) return;
  fail(ExitCode::kInput, {.where = printable_path(path),
                          .problem = "cannot read the folder",
                          .because = std::generic_category().message(errno),
                          .advice = "check the path and its permissions"});
}

}  // namespace rocm::data
