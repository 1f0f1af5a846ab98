// SPDX-License-Identifier: Apache-2.0
#include "data/posix_file.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/printable.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

[[noreturn]] void fail_to_read(const fs::path& path, const std::string& because) {
  fail(ExitCode::kInput, {.where = printable_path(path),
                          .problem = "cannot read the file",
                          .because = because,
                          .advice = "check the path and its permissions"});
}

/// What a person can do about a refusal to store.
std::string advice_for(int error, std::uint64_t total_B) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return fmt::format("the file takes {} bytes: make room or name a folder elsewhere", total_B);
    default:
      return "check that the folder exists and is writable";
  }
}

std::string mode_text(mode_t mode) {
  if (S_ISDIR(mode)) return "it is a folder";
  if (S_ISFIFO(mode)) return "it is a named pipe";
  if (S_ISSOCK(mode)) return "it is a socket";
  return "it is a device";
}

/// As the Hugging Face cache is after an interrupted download.
std::string why_not_open(int error, const fs::path& path) {
  std::error_code ignored;
  if (error == ENOENT && fs::is_symlink(path, ignored)) return "it links to a file that is missing";
  return errno_text(error);
}

}  // namespace

void FileDescriptorTraits::close(Raw descriptor) noexcept {
  ::close(descriptor);
}

bool is_file(const fs::path& path) noexcept {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_folder(const fs::path& path) noexcept {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

OpenFile open_to_read(const fs::path& path) {
  OpenFile file{.descriptor = FileDescriptor(
                    ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY))};
  if (!file.descriptor) fail_to_read(path, why_not_open(errno, path));
  struct stat status = {};
  if (::fstat(file.descriptor.get(), &status) != 0) fail_to_read(path, errno_text(errno));
  if (!S_ISREG(status.st_mode)) fail_to_read(path, mode_text(status.st_mode));
  file.size_B = static_cast<std::uint64_t>(status.st_size);
  return file;
}

std::size_t read_some(const OpenFile& file, std::span<std::byte> buffer, const fs::path& path) {
  while (true) {
    const ssize_t count = ::read(file.descriptor.get(), buffer.data(), buffer.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) fail_to_read(path, errno_text(errno));
  }
}

void storage_check(int result, const char* doing, const fs::path& path, std::uint64_t total_B) {
  const int error = errno;
  if (result >= 0) return;
  fail(ExitCode::kStorage, {.where = printable_path(path),
                            .problem = fmt::format("cannot {} the file", doing),
                            .because = errno_text(error),
                            .advice = advice_for(error, total_B)});
}

void write_all(const FileDescriptor& descriptor, std::span<const std::byte> bytes,
               const fs::path& path, std::uint64_t total_B) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    storage_check(count < 0 ? -1 : 0, "write", path, total_B);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

void sync_folder(const fs::path& folder) {
  const fs::path named = folder.empty() ? fs::path(".") : folder;
  const FileDescriptor descriptor(::open(named.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  storage_check(descriptor.get(), "open the folder of", named, 0);
  // Some network file systems cannot sync a folder; they order renames themselves.
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL && errno != ENOTSUP) {
    storage_check(-1, "sync the folder of", named, 0);
  }
}

}  // namespace rocm::data
