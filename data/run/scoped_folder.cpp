// SPDX-License-Identifier: Apache-2.0
#include "data/run/scoped_folder.hpp"

#include <system_error>
#include <utility>

#include "data/run/folders.hpp"

namespace rocm::data {

ScopedFolder::ScopedFolder(std::filesystem::path path) : path_(std::move(path)) {
  make_folders(path_);
}

ScopedFolder::~ScopedFolder() {
  std::error_code ignored;  // it may have been moved to its place
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace rocm::data
