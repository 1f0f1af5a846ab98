// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/slurm_array.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/config_io.hpp"
#include "minimal_config.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::content_of;
using rocm::test::minimal_toml;
using rocm::test::ScratchFolder;
using ::testing::HasSubstr;

SweepPlan two_seeds() {
  return parse_sweep(minimal_toml("[sweep]\nrun.seed = [0, 1]\nrun.threads = [2]\n"), "s.toml");
}

TEST(SlurmArray, ShellWordsAreWhatTheShellReads) {
  const ScratchFolder folder;
  const std::string text = "it's $HOME `id` \"q\" \\ *\n{}";
  const auto file = folder / "out";
  const std::string command = "printf %s " + shell_word(text) + " > " + shell_word(file.string());
  ASSERT_EQ(std::system(command.c_str()), 0);
  EXPECT_EQ(content_of(file), text);
}

TEST(SlurmArray, AsksForATaskPerMemberAndACoreForEachThread) {
  const ScratchFolder folder;
  const std::string script =
      content_of(write_slurm_array(two_seeds(), {.jobs = 3, .ranks = 4}, folder / "array"));
  EXPECT_THAT(script, HasSubstr("#SBATCH --array=0-1%3\n"));
  EXPECT_THAT(script, HasSubstr("#SBATCH --ntasks-per-node=4\n#SBATCH --cpus-per-task=2\n"));
}

TEST(SlurmArray, TaskIFindsMemberIAndOthersAreRefused) {
  const ScratchFolder folder;
  const auto script = write_slurm_array(two_seeds(), {}, folder / "it's here");
  // Everything but MPI: the script calls mpirun, which prints its words instead.
  folder.write("bin/mpirun", "#!/bin/sh\necho \"$@\" > \"$OUT\"\n");
  std::filesystem::permissions(folder / "bin/mpirun", std::filesystem::perms::owner_all);
  const auto code = [&](const std::string& task) {
    const std::string settings = "PATH=" + (folder / "bin").string() +
                                 ":$PATH OUT=" + (folder / "out").string() +
                                 " SLURM_JOB_NODELIST=here SLURM_ARRAY_JOB_ID=1 "
                                 "SLURM_ARRAY_TASK_ID=" +
                                 task;
    return std::system(
        (settings + " bash " + shell_word(script.string()) + " 2>/dev/null").c_str());
  };
  EXPECT_EQ(code("1"), 0);
  EXPECT_THAT(content_of(folder / "out"),
              HasSubstr("train --resume auto --config " + (folder / "it's here").string() +
                        "/threads2-s1.toml"));
  EXPECT_EQ(read_config(folder / "it's here/threads2-s1.toml").run.seed, 1);
  for (const char* task : {"2", "-1", "''", "x"}) EXPECT_EQ(WEXITSTATUS(code(task)), 2) << task;
}

}  // namespace
}  // namespace rocm::launcher
