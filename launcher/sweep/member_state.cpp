// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/member_state.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data/posix_file.hpp"
#include "data/printable.hpp"
#include "data/run/run_folder.hpp"
#include "data/run/run_lease.hpp"
#include "data/run/run_log.hpp"
#include "dist/base/contract.hpp"
#include "launcher/config_io.hpp"
#include "launcher/course.hpp"
#include "launcher/sweep/member_files.hpp"

namespace rocm::launcher {
namespace {

namespace fs = std::filesystem;

constexpr std::array<MemberStatus, 5> kInOrder = {MemberStatus::kDone, MemberStatus::kRunning,
                                                  MemberStatus::kStopped, MemberStatus::kFailed,
                                                  MemberStatus::kPending};

/// Our messages end in a full stop; what mpirun adds to them in a frame does not.
bool is_complaint(const std::string& line) {
  return line.ends_with('.') && line.find(": ") != std::string::npos &&
         line.find(" (") != std::string::npos;
}

/// Why the last attempt failed, if a log says that it did.
std::optional<std::string> failure_in(const fs::path& log) {
  const auto lines = data::log_messages(log);
  if (lines.empty() || !lines.back().starts_with(kFailedMark)) return std::nullopt;
  const auto reason = std::find_if(lines.rbegin() + 1, lines.rend(), is_complaint);
  return data::printable(reason == lines.rend() ? lines.back() : *reason, 400);
}

bool is_newer(const fs::path& file, const fs::path& other) {
  std::error_code ignored;
  return !data::is_file(other) ||
         fs::last_write_time(file, ignored) >= fs::last_write_time(other, ignored);
}

bool was_trained_with(const Config& config, const fs::path& run_folder) {
  try {
    const Config used = read_config(run_folder / "resolved.toml");
    return course_of(used) == course_of(config) && used.run.iterations == config.run.iterations;
  } catch (const Failure& failure) {
    if (failure.code() != ExitCode::kUsage) throw;
    return false;  // another version's, or not there
  }
}

MemberState interrupted(const data::RunFolder& run) {
  return {MemberStatus::kStopped,
          fmt::format("after step {}", data::complete_lines(run.metrics()).size())};
}

}  // namespace

std::string_view name_of(MemberStatus status) {
  constexpr std::array<std::string_view, 5> kNames = {"pending", "running", "done", "failed",
                                                      "stopped"};
  return kNames.at(static_cast<std::size_t>(status));
}

MemberState state_of(const SweepPlan& plan, const SweepMember& member) {
  const data::RunFolder run(member_folder(plan, member));
  const fs::path noted = member_log(plan, member);
  if (const auto holder = data::holder_at_work(run.path()))
    return {MemberStatus::kRunning, data::description_of(*holder)};
  const bool finished = data::is_finished(run);
  if (finished && was_trained_with(member.config, run.path())) return {MemberStatus::kDone, ""};
  if (data::is_file(noted) && is_newer(noted, run.log(0)))
    if (const auto reason = failure_in(noted)) return {MemberStatus::kFailed, *reason};
  if (const auto reason = failure_in(run.log(0))) return {MemberStatus::kFailed, *reason};
  if (finished) return {MemberStatus::kPending, "done with other settings (see its resolved.toml)"};
  return run.used() ? interrupted(run) : MemberState{};
}

std::vector<MemberState> states_of(const SweepPlan& plan) {
  std::vector<MemberState> states;
  for (const SweepMember& member : plan.members) states.push_back(state_of(plan, member));
  return states;
}

std::string counts_text(const std::vector<MemberState>& states) {
  std::vector<std::string> counts;
  for (const MemberStatus status : kInOrder) {
    const auto count = std::ranges::count(states, status, &MemberState::status);
    if (count > 0) counts.push_back(fmt::format("{} {}", count, name_of(status)));
  }
  return fmt::format("{} {}: {}", states.size(), states.size() == 1 ? "member" : "members",
                     fmt::join(counts, ", "));
}

}  // namespace rocm::launcher
