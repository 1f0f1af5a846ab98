// SPDX-License-Identifier: Apache-2.0
#include "data/atomic_file.hpp"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

/// A hidden name in the same folder, so that the rename stays within one file system.
fs::path aside_name(const fs::path& path, int attempt) {
  const std::string stem = path.filename().native().substr(0, 200);
  return path.parent_path() / fmt::format(".{}.tmp-{}-{}", stem, ::getpid(), attempt);
}

/// The file that `path` stands for: where links lead, which are kept. A rename would also replace
/// devices and pipes; those are refused.
fs::path regular_target(const fs::path& path) {
  std::error_code error;
  const fs::path target =
      fs::is_symlink(fs::symlink_status(path, error)) ? fs::weakly_canonical(path, error) : path;
  const fs::file_status status = fs::status(target, error);
  if (!fs::exists(status) || fs::is_regular_file(status)) return target;
  fail(ExitCode::kStorage, {.where = printable_path(path),
                            .problem = "it is no regular file",
                            .because = "writing would replace it",
                            .advice = "name a file, or a name that is free"});
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path, std::uint64_t total_B)
    : path_(regular_target(path)), total_B_(total_B) {
  for (int attempt = 0; !descriptor_; ++attempt) {
    aside_ = aside_name(path_, attempt);
    descriptor_ =
        FileDescriptor(::open(aside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!descriptor_ && errno != EEXIST) storage_check(-1, "create", path_, total_B_);
  }
}

AtomicFile::~AtomicFile() {
  if (!aside_.empty()) ::unlink(aside_.c_str());
}

void AtomicFile::append(std::span<const std::byte> bytes) {
  write_all(descriptor_, bytes, path_, total_B_);
}

void AtomicFile::append(std::string_view text) {
  append(std::as_bytes(std::span(text)));
}

void AtomicFile::commit() {
  expects(!aside_.empty(), "commit to be called once");
  storage_check(::fsync(descriptor_.get()), "sync", path_, total_B_);
  storage_check(std::rename(aside_.c_str(), path_.c_str()), "put a name to", path_, total_B_);
  aside_.clear();
  sync_folder(path_.parent_path());
}

void require_writable_place(const fs::path& path) {
  const AtomicFile removed_again(path, 0);
}

void write_atomically(const fs::path& path, std::span<const std::byte> content) {
  AtomicFile file(path, content.size());
  file.append(content);
  file.commit();
}

void write_atomically(const fs::path& path, std::string_view content) {
  write_atomically(path, std::as_bytes(std::span(content)));
}

}  // namespace rocm::data
