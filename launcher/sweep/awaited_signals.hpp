// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

namespace rocm::launcher {

/// SIGCHLD, SIGUSR1, SIGTERM and SIGINT wait in a queue through its life instead of interrupting
/// us: no handler, no flag, no race between looking and sleeping. For a program of one thread.
class AwaitedSignals {
 public:
  AwaitedSignals();
  ~AwaitedSignals();
  AwaitedSignals(const AwaitedSignals&) = delete;  // one owner restores the mask
  AwaitedSignals& operator=(const AwaitedSignals&) = delete;

  /// Sleeps until one of them is there, and takes it. Children that end at once may share a
  /// SIGCHLD.
  [[nodiscard]] int next() const;

 private:
  sigset_t awaited_ = {};
  sigset_t former_ = {};
};

}  // namespace rocm::launcher
