// SPDX-License-Identifier: Apache-2.0
#include "data/mapped_file.hpp"

#include <cstring>
#include <filesystem>
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
