// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <csignal>

namespace rocm::launcher {

/// A polite request to stop: SIGUSR1, SIGTERM or SIGINT (Slurm's warning, a lost allocation,
/// Ctrl-C) sets a flag and nothing else; the training loop saves when it sees it. A second SIGINT
/// ends the process at once. Restores the former handlers at the end of its life; one at a time.
///
/// Not collective: ranks learn of each other's flags through dist::any_rank.
class Preemption {
 public:
  Preemption();
  ~Preemption();
  Preemption(const Preemption&) = delete;  // Copying disallowed: one owner restores the handlers.
  Preemption& operator=(const Preemption&) = delete;

  [[nodiscard]] bool requested() const;

 private:
  std::array<struct sigaction, 3> former_ = {};
};

}  // namespace rocm::launcher
