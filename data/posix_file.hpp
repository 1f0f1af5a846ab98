// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "dist/base/contract.hpp"
#include "dist/base/unique_handle.hpp"

namespace rocm::data {

struct FileDescriptorTraits {
  using Raw = int;
  static constexpr Raw null = -1;
  static void close(Raw descriptor) noexcept;
};

using FileDescriptor = UniqueHandle<FileDescriptorTraits>;

/// A regular file, opened to be read, and its size when it was opened.
struct OpenFile {
  FileDescriptor descriptor;
  std::uint64_t size_B = 0;
};

/// True for a regular file that is there, through links; false when that cannot be found out.
[[nodiscard]] bool is_file(const std::filesystem::path& path) noexcept;

/// True for a folder that is there, through links; false when that cannot be found out.
[[nodiscard]] bool is_folder(const std::filesystem::path& path) noexcept;

/// Opens without ever blocking (a named pipe would). Throws Failure(kInput) when `path` is missing,
/// unreadable or not a regular file.
[[nodiscard]] OpenFile open_to_read(const std::filesystem::path& path);

/// The next bytes of the file; none at its end. Throws Failure(kInput).
[[nodiscard]] std::size_t read_some(const OpenFile& file, std::span<std::byte> buffer,
                                    const std::filesystem::path& path);

/// Writes all of `bytes`. Throws Failure(kStorage) naming `path`, the reason (disk full, quota,
/// read-only) and `total_B`, the size that the finished file would have.
void write_all(const FileDescriptor& descriptor, std::span<const std::byte> bytes,
               const std::filesystem::path& path, std::uint64_t total_B);

/// Throws Failure(kStorage) unless the operating system said yes (result >= 0; it sets errno).
void storage_check(int result, const char* doing, const std::filesystem::path& path,
                   std::uint64_t total_B);

/// Makes renames and removals in `folder` durable. Throws Failure(kStorage).
void sync_folder(const std::filesystem::path& folder);

}  // namespace rocm::data
