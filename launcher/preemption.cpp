// SPDX-License-Identifier: Apache-2.0
#include "launcher/preemption.hpp"

#include <atomic>

#include "dist/base/contract.hpp"

namespace rocm::launcher {
namespace {

constexpr std::array kSignals = {SIGUSR1, SIGTERM, SIGINT};

/// A handler has no arguments of ours: this flag is the one thing it can reach. A lock-free atomic
/// is safe in a handler and, unlike volatile sig_atomic_t, across threads.
std::atomic<int> g_requests = 0;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void rocm_note_request(int signal) {
  const bool impatient = g_requests.fetch_add(1) > 0 && signal == SIGINT;
  if (!impatient) return;
  std::signal(SIGINT, SIG_DFL);  // both calls are async-signal-safe
  std::raise(SIGINT);
}

}  // namespace

Preemption::Preemption() {
  g_requests = 0;
  struct sigaction action = {};
  action.sa_handler = rocm_note_request;
  action.sa_flags = SA_RESTART;  // a write to a checkpoint must not fail because of a signal
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kSignals.size(); ++i)
    expects(sigaction(kSignals[i], &action, &former_[i]) == 0, "a signal that can be handled");
}

Preemption::~Preemption() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) sigaction(kSignals[i], &former_[i], nullptr);
}

bool Preemption::requested() const {
  return g_requests.load() > 0;
}

}  // namespace rocm::launcher
