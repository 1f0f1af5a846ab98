// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>

#include "data/posix_file.hpp"

namespace rocm::data {

/// A regular file's bytes, mapped read-only (a write through the view ends the program). Tensors
/// that view the bytes share the ownership, so the mapping lives as long as the last of them.
/// A file that somebody shortens meanwhile raises SIGBUS: replace weights by rename, as
/// write_atomically does, never in place.
class MappedFile {
 public:
  /// Throws Failure(kInput) when `path` is missing, unreadable or not a regular file.
  [[nodiscard]] static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);

  MappedFile(const MappedFile&) = delete;  // one mapping, one unmapping
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

  /// Says that `part` of bytes() is not needed for now: its pages leave this process's memory, and
  /// would be read again if somebody asked for them.
  void let_go(std::span<const std::byte> part) const noexcept;

 private:
  MappedFile(const OpenFile& file, const std::filesystem::path& path);

  std::span<const std::byte> bytes_;
};

}  // namespace rocm::data
