// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/slurm_array.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "data/atomic_file.hpp"
#include "data/printable.hpp"
#include "dist/base/contract.hpp"
#include "launcher/program_place.hpp"
#include "launcher/sweep/member_files.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMembersName = "members.txt";

constexpr std::string_view kArrayScript = R"(#!/usr/bin/env bash
# A sweep, written by `rocm-dist sweep emit-slurm`: task i of the array trains the member in line i of
# members.txt, counted from 0. From any folder:
#   sbatch sweep.sbatch
# To repeat one of them: sbatch --array=3 sweep.sbatch (it goes on where it was).

# What you may need to change: how many members at a time (%), size and time of one run.
#SBATCH --array=0-{last}{at_a_time}
#SBATCH --job-name=rocm-sweep
#SBATCH --nodes=1
#SBATCH --ntasks-per-node={ranks}
#SBATCH --cpus-per-task={threads}
#SBATCH --time=04:00:00
##SBATCH --gpus-per-node={ranks}      (one rank a GPU)

# What makes it safe to stop: a warning three minutes before the end, another start after a stop, one
# log for all starts of a task.
#SBATCH --signal=B:USR1@180
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=%x-%A_%a.log

# module load openmpi
program=${{ROCM_DIST:-{program}}}
root=${{ROCM_DIST_ROOT:-{root}}}
members={folder}

cd {here} || exit 2
source "$root/slurm/lib.sh" || exit 2
line=$(line_of_member "$members/members.txt" "$SLURM_ARRAY_TASK_ID") || exit
read -r id _ <<<"$line"
train --config "$members/$id.toml" "$@"
)";

/// The folder that holds slurm/.
fs::path root_of_scripts() {
  const auto found =
      above_program({fs::path("share/rocm-dist/slurm/lib.sh"), fs::path("slurm/lib.sh")});
  require(found.has_value(),
          {.where = data::printable_path(running_program()),
           .problem = "slurm/lib.sh is missing",
           .because = "the script of an array needs it; it lies in the repository, or in "
                      "share/rocm-dist of an installation",
           .advice = "install the program with cmake --install"});
  return found->parent_path().parent_path();
}

/// The array has one size for all members.
std::int64_t most_threads(const SweepPlan& plan) {
  std::int64_t most = 1;
  for (const SweepMember& member : plan.members) most = std::max(most, member.config.run.threads);
  return most;
}

std::string script_of(const SweepPlan& plan, const SlurmArrayOptions& options,
                      const fs::path& folder) {
  const std::string at_a_time = options.jobs ? fmt::format("%{}", *options.jobs) : "";
  return fmt::format(kArrayScript, fmt::arg("last", plan.members.size() - 1),
                     fmt::arg("at_a_time", at_a_time), fmt::arg("ranks", options.ranks),
                     fmt::arg("threads", most_threads(plan)),
                     fmt::arg("program", shell_word(running_program().string())),
                     fmt::arg("root", shell_word(root_of_scripts().string())),
                     fmt::arg("folder", shell_word(fs::absolute(folder).string())),
                     fmt::arg("here", shell_word(fs::current_path().string())));
}

std::string member_list(const SweepPlan& plan) {
  std::string text = "# line i, without comments, is member i\n";
  for (const SweepMember& member : plan.members)
    text +=
        fmt::format("{}  # {}\n", member.id, data::printable(settings_text(plan, member), 4096));
  return text;
}

}  // namespace

fs::path write_slurm_array(const SweepPlan& plan, const SlurmArrayOptions& options,
                           const fs::path& folder) {
  const std::string script = script_of(plan, options, folder);
  for (const SweepMember& member : plan.members) write_member_file(plan, member, folder);
  data::write_atomically(folder / kMembersName, member_list(plan));
  const fs::path path = folder / "sweep.sbatch";
  data::write_atomically(path, script);
  fs::permissions(path, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                  fs::perm_options::add);
  return path;
}

std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + '\'';
}

}  // namespace rocm::launcher
