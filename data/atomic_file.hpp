// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "data/posix_file.hpp"

namespace rocm::data {

/// A file that is either complete or absent: written aside in the same folder, synced, renamed over
/// `path`, and the folder synced. An unfinished one removes what it wrote. After a power loss the
/// old or the new content is there, never a mixture. A symbolic link stays, and what it names is
/// replaced; devices, pipes and folders are refused.
class AtomicFile {
 public:
  /// `total_B` is the size that the finished file will have; it only serves the message of a full
  /// disk. Throws Failure(kStorage), as do the others.
  AtomicFile(const std::filesystem::path& path, std::uint64_t total_B);

  AtomicFile(const AtomicFile&) = delete;  // one owner removes the unfinished file
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  void append(std::span<const std::byte> bytes);
  void append(std::string_view text);

  /// The file appears under its name, durably. Call once, last.
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path aside_;  ///< empty once committed
  std::uint64_t total_B_ = 0;
  FileDescriptor descriptor_;
};

/// Throws Failure(kStorage) where AtomicFile would: before hours of work, not after.
void require_writable_place(const std::filesystem::path& path);

/// AtomicFile in one call, for content that is at hand.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> content);
void write_atomically(const std::filesystem::path& path, std::string_view content);

}  // namespace rocm::data
