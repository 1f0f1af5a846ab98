// SPDX-License-Identifier: Apache-2.0
#include "launcher/sweep/awaited_signals.hpp"

namespace rocm::launcher {

AwaitedSignals::AwaitedSignals() {
  sigemptyset(&awaited_);
  for (const int signal : {SIGCHLD, SIGUSR1, SIGTERM, SIGINT}) sigaddset(&awaited_, signal);
  ::pthread_sigmask(SIG_BLOCK, &awaited_, &former_);
}

AwaitedSignals::~AwaitedSignals() {
  ::pthread_sigmask(SIG_SETMASK, &former_, nullptr);
}

int AwaitedSignals::next() const {
  int signal = 0;
  while (::sigwait(&awaited_, &signal) != 0) {
  }
  return signal;
}

}  // namespace rocm::launcher
