// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "dist/base/contract.hpp"
#include "launcher/sweep/awaited_signals.hpp"
#include "launcher/sweep/child_process.hpp"
#include "launcher/sweep/sweep_plan.hpp"

namespace rocm::launcher {

struct SweepRunOptions {
  std::size_t jobs = 1;      ///< members at a time
  std::optional<int> ranks;  ///< of each member, by mpirun; without: started alone
};

/// Trains the members of a sweep that are not done, each in a process of this program. What a
/// member prints goes to ID.log beside its run folder. Members at work elsewhere are left to
/// whoever runs them, so that several machines that share the folder can run one sweep.
class SweepRun {
 public:
  SweepRun(const SweepPlan& plan, const SweepRunOptions& options);

  /// Until every member ended. SIGUSR1, SIGTERM and Ctrl-C are passed on to the members, which
  /// save, and start no others; a second Ctrl-C ends them at once. kStopped if members are left to
  /// run; else the code of the first failure, kOk without one. A failure stops no other member.
  ExitCode run();

 private:
  struct Running {
    const SweepMember* member;
    std::size_t job;  ///< which of those that run now, from 0
    double start_s;
    ChildProcess process;
  };

  void start_members();
  void start(const SweepMember& member);
  [[nodiscard]] std::size_t free_job() const;
  void take_signal(int signal);
  void collect_ended();
  void note_end(const Running& ended, ExitCode code);
  void note_failure(const Running& ended, ExitCode code, const std::string& after);

  [[nodiscard]] bool asked_to_stop() const { return requests_ > 0; }

  const SweepPlan& plan_;
  SweepRunOptions options_;
  AwaitedSignals signals_;  ///< first: threads that CUDA starts inherit the blocked signals
  std::vector<std::string> devices_;  ///< GPUs, which the jobs share out
  std::size_t next_ = 0;              ///< the first member that was not looked at
  std::list<Running> running_;
  int requests_ = 0;                 ///< to stop
  bool stopped_ = false;             ///< a member did, and is not done
  std::optional<ExitCode> failure_;  ///< the first
};

}  // namespace rocm::launcher
