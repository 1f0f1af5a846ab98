// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace rocm::data {

/// A folder being filled, which is removed unless it was moved to its place.
class ScopedFolder {
 public:
  /// Makes it. Throws Failure(kStorage).
  explicit ScopedFolder(std::filesystem::path path);

  ScopedFolder(const ScopedFolder&) = delete;  // one owner removes it
  ScopedFolder& operator=(const ScopedFolder&) = delete;
  ~ScopedFolder();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace rocm::data
