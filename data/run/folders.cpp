// SPDX-License-Identifier: Apache-2.0
#include "data/run/folders.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

void folder_check(const std::error_code& error, std::string_view doing, const fs::path& path) {
  if (!error) return;
  fail(ExitCode::kStorage, {.where = printable_path(path),
                            .problem = fmt::format("cannot {}", doing),
                            .because = error.message(),
                            .advice = "check room and permissions, or name a folder elsewhere"});
}

}  // namespace

std::vector<fs::path> paths_in(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    paths.push_back(entry->path());
  }
  folder_check(error, "list the folder", folder);
  std::ranges::sort(paths);
  return paths;
}

void make_folders(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  folder_check(error, "create the folder", path);
}

void move_path(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  folder_check(error, "move something to this name", to);
}

void copy_content(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::copy_file(from, to, error);
  folder_check(error, fmt::format("copy {} to this name", printable_path(from)), to);
  sync_file(to);
}

void remove_tree(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  folder_check(error, "remove the folder", path);
}

void sync_file(const fs::path& path) {
  const FileDescriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  storage_check(descriptor.get(), "open", path, 0);
  storage_check(::fsync(descriptor.get()), "sync", path, 0);
}

std::string host_name() {
  std::array<char, 256> name = {};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown-host";
  return name.data();
}

std::string process_tag() {
  return fmt::format("{}-{}", host_name(), ::getpid());
}

}  // namespace rocm::data
