// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/sweep_run.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/log.hpp"
#include "launcher/program_place.hpp"
#include "launcher/sweep/device_share.hpp"
#include "launcher/sweep/member_files.hpp"
#include "launcher/sweep/member_state.hpp"

namespace rocm::launcher {
namespace {

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// `devices` is a value of CUDA_VISIBLE_DEVICES, or empty. Several mpirun on one machine would all
/// tie their ranks to the same cores.
std::vector<std::string> training_command(const std::filesystem::path& config,
                                          std::optional<int> ranks, const std::string& devices) {
  std::vector<std::string> words;
  if (!devices.empty()) words = {"env", "CUDA_VISIBLE_DEVICES=" + devices};
  if (ranks)
    words.insert(words.end(), {"mpirun", "--bind-to", "none", "-n", std::to_string(*ranks)});
  words.insert(words.end(), {running_program().string(), "train", "--config", config.string(),
                             "--resume", "auto"});
  return words;
}

void note_in(const std::filesystem::path& log, const std::string& line) {
  std::ofstream(log, std::ios::app) << line << '\n';
}

}  // namespace

SweepRun::SweepRun(const SweepPlan& plan, const SweepRunOptions& options)
    : plan_(plan), options_(options), devices_(visible_devices()) {
}

ExitCode SweepRun::run() {
  Log::info(
      fmt::format("{} in {}", counts_text(states_of(plan_)), data::printable_path(plan_.folder)));
  start_members();
  while (!running_.empty()) {
    take_signal(signals_.next());
    collect_ended();
    start_members();
  }
  const auto states = states_of(plan_);
  Log::info(counts_text(states));
  const bool unfinished =
      std::any_of(states.begin() + static_cast<std::ptrdiff_t>(next_), states.end(),
                  [](const MemberState& state) { return state.status != MemberStatus::kDone; });
  if (asked_to_stop() && (stopped_ || unfinished)) return ExitCode::kStopped;
  return failure_.value_or(stopped_ ? ExitCode::kStopped : ExitCode::kOk);
}

void SweepRun::start_members() {
  while (!asked_to_stop() && running_.size() < options_.jobs && next_ < plan_.members.size()) {
    const SweepMember& member = plan_.members[next_++];
    const MemberState state = state_of(plan_, member);
    if (state.status == MemberStatus::kDone) continue;
    if (state.status == MemberStatus::kRunning)
      Log::info(fmt::format("{}: left to {}", member.id, state.note));
    else
      start(member);
  }
}

void SweepRun::start(const SweepMember& member) {
  const auto config = write_member_file(plan_, member, plan_.folder);
  const auto log = member_log(plan_, member);
  note_in(log, "STARTED by rocm-dist sweep run");
  Log::info(fmt::format("{}: started, {} of {}; prints to {}", member.id, next_,
                        plan_.members.size(), data::printable_path(log)));
  const std::size_t job = free_job();
  const auto ranks = static_cast<std::size_t>(options_.ranks.value_or(1));
  const auto words = training_command(config, options_.ranks, devices_of_job(devices_, job, ranks));
  running_.push_back(
      {.member = &member, .job = job, .start_s = now_s(), .process = ChildProcess(words, log)});
}

std::size_t SweepRun::free_job() const {
  std::size_t job = 0;
  while (std::ranges::find(running_, job, &Running::job) != running_.end()) ++job;
  return job;
}

void SweepRun::take_signal(int signal) {
  if (signal == SIGCHLD) return;
  ++requests_;
  const bool impatient = signal == SIGINT && requests_ > 1;
  if (requests_ == 1)
    Log::info(
        fmt::format("asked to stop: members finish a step and save ({} at work)", running_.size()));
  // mpirun passes USR1 on to its ranks, and TERM would make it end them.
  for (const Running& running : running_) running.process.send(impatient ? SIGINT : SIGUSR1);
}

void SweepRun::collect_ended() {
  for (auto running = running_.begin(); running != running_.end();) {
    const auto code = running->process.ended();
    if (code) note_end(*running, *code);
    running = code ? running_.erase(running) : std::next(running);
  }
}

void SweepRun::note_end(const Running& ended, ExitCode code) {
  const std::string after = fmt::format("after {:.1f} s", now_s() - ended.start_s);
  const std::string& id = ended.member->id;
  // A signal while libraries are being loaded ends a member before it can save; nothing is lost.
  const bool cut_short = asked_to_stop() && code == ExitCode::kPeerLost;
  if (code == ExitCode::kStopped || cut_short) {
    stopped_ = true;
    return Log::info(fmt::format("{}: stopped {}", id, after));
  }
  if (code == ExitCode::kOk) return Log::info(fmt::format("{}: done {}", id, after));
  const MemberState now = state_of(plan_, *ended.member);
  // Another sweep run leased the folder while ours was loading, or has even ended it.
  if (now.status == MemberStatus::kRunning || now.status == MemberStatus::kDone)
    return Log::info(fmt::format("{}: left to another job {}", id, now.note));
  note_failure(ended, code, after);
}

/// A member that a signal ended goes on where it was when the sweep is run again: it has not
/// failed.
void SweepRun::note_failure(const Running& ended, ExitCode code, const std::string& after) {
  const std::string fate =
      code == ExitCode::kPeerLost
          ? "killed, or it lost a rank"
          : fmt::format("{} with exit code {}", kFailedMark, static_cast<int>(code));
  note_in(member_log(plan_, *ended.member), fate);
  if (!failure_) failure_ = code;
  const std::string note = state_of(plan_, *ended.member).note;
  Log::warn(
      fmt::format("{}: {}, {}{}{}", ended.member->id, fate, after, note.empty() ? "" : ": ", note));
}

}  // namespace rocm::launcher
