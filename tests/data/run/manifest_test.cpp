// SPDX-License-Identifier: Apache-2.0
#include "data/run/manifest.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::content_of;
using rocm::test::ScratchFolder;

/// A folder of two files and their manifest.
ScratchFolder& listed(ScratchFolder& folder) {
  folder.write("lora.safetensors", "weights");
  folder.write("state.json", "{}");
  write_manifest(folder.path());
  return folder;
}

std::string problem(const ScratchFolder& folder) {
  return manifest_problem(folder.path()).value_or("none");
}

TEST(Manifest, OfAnUntouchedFolderFindsNoProblem) {
  ScratchFolder folder;
  EXPECT_EQ(problem(listed(folder)), "none");
}

TEST(Manifest, IsInNameOrderAndInTheFormOfSha256sum) {
  ScratchFolder folder;
  listed(folder);
  EXPECT_EQ(content_of(folder / "MANIFEST.sha256"),
            "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c  lora.safetensors\n"
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  state.json\n");
}

TEST(Manifest, IsAcceptedBySha256sumItself) {
  ScratchFolder folder;
  listed(folder);
  const std::string command =
      "cd '" + folder.path().native() + "' && sha256sum --quiet --strict -c MANIFEST.sha256";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(Manifest, NamesAFileThatChanged) {
  ScratchFolder folder;
  listed(folder).write("lora.safetensors", "weightz");
  EXPECT_EQ(problem(folder), "lora.safetensors is not the file that was written");
}

TEST(Manifest, NamesAFileThatIsMissing) {
  ScratchFolder folder;
  std::filesystem::remove(listed(folder) / "state.json");
  EXPECT_NE(problem(folder).find("state.json: cannot read the file (No such file"),
            std::string::npos)
      << problem(folder);
}

TEST(Manifest, NamesAFileThatIsNotListed) {
  ScratchFolder folder;
  listed(folder).write("optimizer.safetensors", "");
  EXPECT_EQ(problem(folder), "optimizer.safetensors does not belong to it");
}

TEST(Manifest, ThatIsMissingIsAProblem) {
  ScratchFolder folder;
  std::filesystem::remove(listed(folder) / kManifestName);
  EXPECT_NE(problem(folder).find("MANIFEST.sha256: cannot read the file"), std::string::npos);
}

TEST(Manifest, CutAtAnyByteIsAProblem) {
  ScratchFolder folder;
  listed(folder);
  const std::string whole = content_of(folder / kManifestName);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    folder.write(kManifestName, whole.substr(0, length));
    EXPECT_NE(problem(folder), "none") << "cut to " << length << " bytes";
  }
}

TEST(Manifest, WithAnyBitFlippedIsAProblem) {
  ScratchFolder folder;
  listed(folder);
  const std::string whole = content_of(folder / kManifestName);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    folder.write(kManifestName, flipped);
    EXPECT_NE(problem(folder), "none") << "bit " << bit;
  }
}

TEST(Manifest, ThatPointsOutOfItsFolderIsMalformed) {
  ScratchFolder folder;
  listed(folder);
  std::ofstream(folder / kManifestName, std::ios::app)
      << "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a  ../state.json\n";
  EXPECT_EQ(problem(folder), "its manifest is malformed");
}

}  // namespace
}  // namespace rocm::data
