// SPDX-License-Identifier: Apache-2.0
#include "launcher/staging.hpp"

#include <array>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dist/agreement.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/thread_communicator.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;
using test::ScratchFolder;
using ::testing::HasSubstr;

constexpr int kRanks = 6;  // two each on node0, node1 and node2

/// Stages `files` in pieces of 1000 bytes below `place`, and looks at the result on every rank
/// before any rank's copies go.
void stage(const ScratchFolder& place, const std::vector<fs::path>& files,
           const std::function<void(int rank, const FilePlaces& places)>& look) {
  test::run_ranks(kRanks, [&](dist::Communicator& communicator) {
    const int rank = communicator.rank();
    const auto topology = test::make_topology(rank, kRanks);
    const Staging staging(communicator, topology, rank == 0 ? files : std::vector<fs::path>(),
                          {.piece_bytes = 1000, .place = place.path()});
    dist::together(communicator, topology, [&] { look(rank, staging.places()); });
  });
}

std::string counted(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i % 251);
  return bytes;
}

TEST(Staging, EveryHostGetsTheBytesOfFilesThatAreEmptySmallAndLongerThanAPiece) {
  const ScratchFolder originals;
  const ScratchFolder place;
  const std::array contents = {std::string(), std::string("small"), counted(1000), counted(3456)};
  std::vector<fs::path> files;
  for (const std::string& content : contents)
    files.push_back(originals.write(fs::path("unet") / std::to_string(files.size()), content));
  stage(place, files, [&](int rank, const FilePlaces& places) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      EXPECT_EQ(places.of(files[i]) == files[i], rank < 2) << "rank " << rank;
      EXPECT_TRUE(fs::exists(places.of(files[i])));
      EXPECT_EQ(test::content_of(places.of(files[i])), contents.at(i)) << "rank " << rank;
    }
  });
}

TEST(Staging, TheRanksOfAHostOpenTheSameCopiesAndThoseAreGoneAfterwards) {
  const ScratchFolder originals;
  const ScratchFolder place;
  const fs::path file = originals.write("prompts.txt", "a cat");
  std::array<fs::path, kRanks> opened;
  stage(place, {file}, [&](int rank, const FilePlaces& places) {
    opened.at(static_cast<std::size_t>(rank)) = places.of(file);
  });
  EXPECT_EQ(opened[0], opened[1]);
  EXPECT_EQ(opened[2], opened[3]);
  EXPECT_EQ(opened[4], opened[5]);
  EXPECT_NE(opened[0], opened[2]);
  EXPECT_NE(opened[2], opened[4]);
  EXPECT_TRUE(fs::is_empty(place.path()));
}

TEST(Staging, OthersMayNotLookAtTheCopies) {
  const ScratchFolder originals;
  const ScratchFolder place;
  const fs::path file = originals.write("prompts.txt", "a cat");
  stage(place, {file}, [&](int rank, const FilePlaces&) {
    if (rank != 0) return;
    for (const auto& copies : fs::directory_iterator(place.path()))
      EXPECT_EQ(copies.status().permissions(), fs::perms::owner_all);
  });
}

TEST(Staging, AFileThatRank0CannotReadFailsOnEveryRankAndLeavesNothing) {
  const ScratchFolder originals;
  const ScratchFolder place;
  const fs::path there = originals.write("a", "a");
  const std::string message = test::failure_of(ExitCode::kInput, [&] {
    stage(place, {there, originals / "missing"}, [](int, const FilePlaces&) {});
  });
  EXPECT_THAT(message, HasSubstr("rank 0 on node0"));
  EXPECT_THAT(message, HasSubstr("missing"));
  EXPECT_TRUE(fs::is_empty(place.path()));
}

TEST(Staging, AFileThatEndsEarlyFailsOnEveryRankAndLeavesNothing) {
  const fs::path shorter_than_it_says =
      "/sys/devices/system/cpu/online";  // a page, and a few bytes
  if (!fs::exists(shorter_than_it_says)) GTEST_SKIP() << "no sysfs here";
  const ScratchFolder place;
  const std::string message = test::failure_of(ExitCode::kInput, [&] {
    stage(place, {shorter_than_it_says}, [](int, const FilePlaces&) {});
  });
  EXPECT_THAT(message, HasSubstr("became shorter"));
  EXPECT_TRUE(fs::is_empty(place.path()));
}

TEST(Staging, AHostThatCannotStoreFailsOnEveryRankAndIsNamed) {
  const ScratchFolder originals;
  const fs::path file = originals.write("a", "a");
  int failed = 0;
  const std::string message = test::failure_of(ExitCode::kStorage, [&] {
    test::run_ranks(2, [&](dist::Communicator& communicator) {
      dist::Topology topology{.rank = communicator.rank(), .world_size = 2, .hosts = {"a", "b"}};
      try {
        const Staging staging(communicator, topology, {file}, {.place = "/nowhere"});
      } catch (const dist::SharedFailure&) {
        dist::together(communicator, topology, [&] { failed += topology.rank == 0 ? 1 : 0; });
        throw;
      }
    });
  });
  EXPECT_THAT(message, HasSubstr("rank 1 on b"));
  EXPECT_THAT(message, HasSubstr("/nowhere"));
  EXPECT_EQ(failed, 1);
}

TEST(Staging, OnOneHostNothingIsCopied) {
  const ScratchFolder originals;
  const fs::path file = originals.write("a", "a");
  test::run_ranks(2, [&](dist::Communicator& communicator) {
    const dist::Topology topology{
        .rank = communicator.rank(), .world_size = 2, .hosts = {"node", "node"}};
    const Staging staging(communicator, topology, {file}, {.place = "/nowhere"});
    EXPECT_EQ(staging.places().of(file), file);
  });
}

TEST(FilePlaces, ARelativeNameStartsAtTheSendersWorkingFolder) {
  const FilePlaces places("/copies", "/home/me");
  EXPECT_EQ(places.of("world/lcm"), "/copies/home/me/world/lcm");
  EXPECT_EQ(places.of("../models/lcm"), "/copies/home/models/lcm");
  EXPECT_EQ(places.of("/data/./lcm"), "/copies/data/lcm");
}

TEST(FilePlaces, TheOriginalOfACopyIsWhatItWasCopiedFrom) {
  const FilePlaces places("/copies", "/home/me");
  EXPECT_EQ(places.original(places.of("world/lcm")), "/home/me/world/lcm");
  EXPECT_EQ(places.original("/opt/tokenizers/clip"), "/opt/tokenizers/clip");
  EXPECT_EQ(FilePlaces().original("world"), fs::current_path() / "world");
}

TEST(FilePlaces, EveryFileOfAConfigurationIsPlacedAndNothingElseOfIt) {
  Config config;
  config.run.output = "runs";
  config.model.path = "lcm";
  config.data.prompts = "prompts.txt";
  config.lora.load = "/adapter";
  config.evaluation.prompts = "held_out.txt";
  config.reward = {{.name = ScoreName::kAesthetic, .path = "clip,head.pth"},
                   {.name = ScoreName::kPickScore, .path = "pick,score"}};
  config.evaluation.score = {{.name = ScoreName::kShapes}, {.path = "clip"}};
  const Config placed = FilePlaces("/c", "/w").of(config);
  EXPECT_EQ(placed.model.path, "/c/w/lcm");
  EXPECT_EQ(placed.data.prompts, "/c/w/prompts.txt");
  EXPECT_EQ(placed.lora.load, "/c/adapter");
  EXPECT_EQ(placed.evaluation.prompts, "/c/w/held_out.txt");
  EXPECT_EQ(placed.reward[0].path, "/c/w/clip,/c/w/head.pth");
  EXPECT_EQ(placed.reward[1].path, "/c/w/pick,score");
  EXPECT_EQ(placed.evaluation.score[0].path, std::nullopt);
  EXPECT_EQ(placed.evaluation.score[1].path, "/c/w/clip");
  EXPECT_EQ(placed.run.output, "runs");
}

}  // namespace
}  // namespace rocm::launcher
