// SPDX-License-Identifier: Apache-2.0
#include "tests/support/source_paths.hpp"

namespace rocm::test {

std::filesystem::path source_folder() {
  return ROCM_SOURCE_DIR;
}

std::filesystem::path golden_folder() {
  return source_folder() / "tests/golden";
}

}  // namespace rocm::test
