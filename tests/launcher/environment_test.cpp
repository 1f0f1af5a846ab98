// SPDX-License-Identifier: Apache-2.0
#include "launcher/environment.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"

namespace rocm::launcher {
namespace {

using ::testing::HasSubstr;

TEST(Environment, NamesTheVersionOfEveryLibrary) {
  const auto versions = versions_json();
  for (const char* library : {"libtorch", "mpi", "hdf5"})
    EXPECT_FALSE(versions.at(library).get<std::string>().empty()) << library;
  EXPECT_FALSE(versions.at("rocm_dist").at("git").get<std::string>().empty());
}

TEST(Environment, TheTextNamesThemToo) {
  EXPECT_THAT(versions_text(), HasSubstr("\nLibTorch  2."));
}

TEST(Environment, HoldsTheSha256OfEveryInput) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "environment_test.txt";
  std::ofstream(path) << "abc";
  const auto json = environment_json(
      {.hosts = {"node1", "node2"}, .command_line = {}, .inputs = digests_of({path})});
  EXPECT_EQ(json.at("inputs")[0].at("sha256"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(json.at("hosts")[1], "node2");
  std::filesystem::remove(path);
}

TEST(Environment, AMissingInputIsNamed) {
  EXPECT_THROW((void)digests_of({"/nowhere"}), Failure);
}

}  // namespace
}  // namespace rocm::launcher
