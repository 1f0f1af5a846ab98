// SPDX-License-Identifier: Apache-2.0
#include "data/mapped_file.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::failure_of;
using rocm::test::ScratchFolder;

std::string text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST(MappedFile, ShowsTheFilesBytes) {
  const ScratchFolder folder;
  EXPECT_EQ(text_of(*MappedFile::open(folder.write("file", "content"))), "content");
}

TEST(MappedFile, OfNothingIsEmpty) {
  const ScratchFolder folder;
  EXPECT_TRUE(MappedFile::open(folder.write("empty", ""))->bytes().empty());
}

/// Pages of files in this process's memory, in bytes.
std::int64_t resident_file_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssFile:")) return 1024 * std::stoll(line.substr(8));
  return 0;
}

TEST(MappedFile, PagesThatWereLetGoLeaveMemoryAndComeBackWhenAskedFor) {
  constexpr std::size_t kSize = std::size_t{64} << 20;
  const ScratchFolder folder;
  const auto file = MappedFile::open(folder.write("file", std::string(kSize, 'x')));
  const auto touch = [&] { return std::ranges::count(file->bytes(), std::byte{'x'}); };
  EXPECT_EQ(touch(), std::ssize(file->bytes()));
  const std::int64_t touched = resident_file_bytes();
  file->let_go(file->bytes());
  EXPECT_LT(resident_file_bytes(), touched - static_cast<std::int64_t>(kSize / 2));
  EXPECT_EQ(touch(), std::ssize(file->bytes()));
}

TEST(MappedFile, LetsNothingGoThatSharesAPageWithOtherBytes) {
  const ScratchFolder folder;
  const auto file = MappedFile::open(folder.write("file", "content"));
  file->let_go(file->bytes().subspan(1, 3));
  EXPECT_EQ(text_of(*file), "content");
}

TEST(MappedFile, KeepsTheOldBytesWhenTheFileIsReplacedByRename) {
  const ScratchFolder folder;
  const auto file = MappedFile::open(folder.write("file", "old"));
  std::filesystem::rename(folder.write("other", "new"), folder / "file");
  EXPECT_EQ(text_of(*file), "old");
}

TEST(MappedFile, RefusesWhatIsNoRegularFileWithoutWaitingForIt) {
  const ScratchFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  const auto reason = [](const std::filesystem::path& path) {
    return failure_of(ExitCode::kInput, [&] { (void)MappedFile::open(path); });
  };
  EXPECT_NE(reason(folder / "pipe").find("it is a named pipe"), std::string::npos);
  EXPECT_NE(reason(folder.path()).find("it is a folder"), std::string::npos);
  EXPECT_NE(reason("/dev/null").find("it is a device"), std::string::npos);
  EXPECT_NE(reason(folder / "none").find("No such file"), std::string::npos);
}

TEST(MappedFile, EscapesAHostileNameInItsComplaint) {
  const auto message =
      failure_of(ExitCode::kInput, [] { (void)MappedFile::open("/no/\x1b[31mred"); });
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_NE(message.find("/no/\\x1b[31mred"), std::string::npos);
}

}  // namespace
}  // namespace rocm::data
