// SPDX-License-Identifier: Apache-2.0
#include "data/atomic_file.hpp"

#include <array>
#include <csignal>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

namespace fs = std::filesystem;

using rocm::test::content_of;
using rocm::test::failure_of;
using rocm::test::ScratchFolder;

std::size_t entries_in(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// While it lives, no file may grow beyond `limit_B`: a disk that is full for this process.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t limit_B) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit = {limit_B, old_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }

  FileSizeLimit(const FileSizeLimit&) = delete;  // restores once
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  void (*old_handler_)(int);
  rlimit old_ = {};
};

TEST(AtomicFile, ReplacesTheOldContentAndLeavesNothingElse) {
  const ScratchFolder folder;
  const auto path = folder.write("state.json", "old and longer");
  write_atomically(path, "new");
  EXPECT_EQ(content_of(path), "new");
  EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST(AtomicFile, IsInvisibleUntilCommitted) {
  const ScratchFolder folder;
  AtomicFile file(folder / "weights", 3);
  file.append("abc");
  EXPECT_FALSE(std::filesystem::exists(folder / "weights"));
  file.commit();
  EXPECT_EQ(content_of(folder / "weights"), "abc");
}

TEST(AtomicFile, ThatIsGivenUpLeavesTheOldContentAndNoTrace) {
  const ScratchFolder folder;
  const auto path = folder.write("weights", "old");
  {
    AtomicFile file(path, 3);
    file.append("new");
  }
  EXPECT_EQ(content_of(path), "old");
  EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST(AtomicFile, HasTheOrdinaryPermissionsOfANewFile) {
  const ScratchFolder folder;
  const auto ordinary = folder.write("ordinary", "");
  write_atomically(folder / "ours", "");
  EXPECT_EQ(std::filesystem::status(folder / "ours").permissions(),
            std::filesystem::status(ordinary).permissions());
}

TEST(AtomicFile, ThatCannotGrowIsAStorageFailureAndLeavesTheOldContent) {
  const ScratchFolder folder;
  const auto path = folder.write("weights", "old");
  const std::string large(100'000, 'x');
  const auto message = failure_of(ExitCode::kStorage, [&] {
    const FileSizeLimit limit(50'000);
    write_atomically(path, large);
  });
  EXPECT_TRUE(contains(message, "cannot write the file")) << message;
  EXPECT_TRUE(contains(message, path.native())) << message;
  EXPECT_TRUE(contains(message, "the file takes 100000 bytes")) << message;
  EXPECT_EQ(content_of(path), "old");
  EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST(AtomicFile, KeepsASymbolicLinkAndReplacesWhatItNames) {
  const ScratchFolder folder;
  folder.write("target", "old");
  fs::create_symlink("target", folder / "link");
  write_atomically(folder / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(content_of(folder / "target"), "new");
}

TEST(AtomicFile, NeverReplacesADeviceOrAPipe) {
  const ScratchFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  const auto message =
      failure_of(ExitCode::kStorage, [&] { write_atomically(folder / "pipe", "text"); });
  EXPECT_NE(message.find("pipe: it is no regular file"), std::string::npos) << message;
  EXPECT_TRUE(fs::is_fifo(folder / "pipe"));
}

TEST(AtomicFile, LeavesNoTraceOfAPlaceThatWasTried) {
  const ScratchFolder folder;
  require_writable_place(folder / "file");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(AtomicFile, InAMissingFolderIsAStorageFailure) {
  const auto message =
      failure_of(ExitCode::kStorage, [] { write_atomically("/no/such/folder/file", "x"); });
  EXPECT_EQ(message,
            "/no/such/folder/file: cannot create the file (No such file or directory). check that "
            "the folder exists and is writable.");
}

TEST(AtomicFile, OverAFolderIsAStorageFailure) {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder / "taken");
  const auto message =
      failure_of(ExitCode::kStorage, [&] { write_atomically(folder / "taken", "x"); });
  EXPECT_TRUE(contains(message, "it is no regular file")) << message;
  EXPECT_EQ(entries_in(folder.path()), 1U);
}

TEST(WriteAll, ToAFullDiskNamesTheFileTheReasonAndTheBytesNeeded) {
  const FileDescriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(static_cast<bool>(full));
  const std::array<std::byte, 8> bytes = {};
  const auto message =
      failure_of(ExitCode::kStorage, [&] { write_all(full, bytes, "run/lora.safetensors", 4096); });
  EXPECT_EQ(message,
            "run/lora.safetensors: cannot write the file (No space left on device). the file takes "
            "4096 bytes: make room or name a folder elsewhere.");
}

}  // namespace
}  // namespace rocm::data
