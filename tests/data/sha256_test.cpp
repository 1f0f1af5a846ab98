// SPDX-License-Identifier: Apache-2.0
#include "data/sha256.hpp"

#include <string>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

TEST(Sha256, GivesTheExamplesOfTheStandard) {
  EXPECT_EQ(sha256_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfAFileOfSeveralPiecesEqualsThatOfItsBytes) {
  const rocm::test::ScratchFolder folder;
  const std::string content((std::size_t{1} << 20) * 2 + 17, 'x');
  EXPECT_EQ(sha256_of_file(folder.write("large", content)), sha256_of(content));
  EXPECT_EQ(sha256_of_file(folder.write("empty", "")), sha256_of(""));
}

TEST(Sha256, OfAMissingFileIsAnInputFailureThatNamesIt) {
  const auto message =
      rocm::test::failure_of(ExitCode::kInput, [] { (void)sha256_of_file("/no/such/file"); });
  EXPECT_EQ(message,
            "/no/such/file: cannot read the file (No such file or directory). check the path and "
            "its permissions.");
}

}  // namespace
}  // namespace rocm::data
