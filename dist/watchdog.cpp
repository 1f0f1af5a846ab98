// SPDX-License-Identifier: Apache-2.0
#include "dist/watchdog.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dist/base/contract.hpp"
#include "dist/base/log.hpp"
#include "dist/mpi_session.hpp"

namespace rocm::dist {
namespace {

using namespace std::chrono_literals;

/// A thread that wakes this much too late was not merely kept waiting: the process was stopped.
constexpr auto kSuspended = 5s;

std::chrono::steady_clock::duration seconds(double value) {
  expects(0.0 <= value && value <= 1e9, "a time limit between 0 and 30 years");
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(
      std::chrono::duration<double>(value));
}

std::chrono::steady_clock::duration warning_time(const WatchdogOptions& options) {
  const double half = options.timeout_s / 2.0;
  return seconds(options.timeout_s > 0.0 ? std::min(options.warning_s, half) : options.warning_s);
}

void end_job(std::string_view line) {
  Log::error(line);
  abort_all(ExitCode::kPeerLost);
}

WatchdogOptions with_defaults(WatchdogOptions options) {
  if (!options.on_delay) options.on_delay = Log::warn;
  if (!options.on_timeout) options.on_timeout = end_job;
  return options;
}

}  // namespace

Watchdog::Watchdog(Topology topology, WatchdogOptions options)
    : topology_(std::move(topology)),
      options_(with_defaults(std::move(options))),
      timeout_(seconds(options_.timeout_s)),
      warning_(warning_time(options_)),
      thread_([this] { keep_watch(); }) {
}

Watchdog::~Watchdog() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Watchdog::set_step(std::int64_t step) {
  const std::scoped_lock lock(mutex_);
  step_ = step;
}

Watchdog::Watch Watchdog::watch(std::string collective) {
  {
    const std::scoped_lock lock(mutex_);
    expects(!current_, "one collective at a time");
    current_ = Collective{++collectives_, std::move(collective), Clock::now()};
  }
  changed_.notify_one();
  return Watch(*this);
}

void Watchdog::end_watch() {
  {
    const std::scoped_lock lock(mutex_);
    current_.reset();
  }
  changed_.notify_one();
}

void Watchdog::keep_watch() {
  Lock lock(mutex_);
  std::int64_t guarded = 0;
  const auto has_work = [&] { return stopping_ || (current_ && current_->number > guarded); };
  for (;;) {
    changed_.wait(lock, has_work);
    if (stopping_) return;
    guarded = current_->number;
    guard(lock, guarded);
  }
}

/// The life of one collective that does not return: tell the others that we wait, warn, give up.
void Watchdog::guard(Lock& lock, std::int64_t number) {
  const Clock::duration grace = std::min<Clock::duration>(1s, warning_ / 2);
  if (!outlasts(lock, number, grace)) return;
  answer_roll_call(lock, number);
  if (!outlasts(lock, number, warning_)) return;
  warn(lock, number);
  if (timeout_ == Clock::duration::zero() || !outlasts(lock, number, timeout_)) return;
  if (!speaks_first(call_roll(lock, number)) && !outlasts(lock, number, timeout_ + grace)) return;
  expire(lock, number);
}

/// Sleeps until the collective ends (false) or has lasted `limit` (true).
bool Watchdog::outlasts(Lock& lock, std::int64_t number, Clock::duration limit) {
  const auto over = [&] { return stopping_ || !goes_on(number); };
  while (!over()) {
    const Clock::time_point deadline = current_->begin + limit;
    if (changed_.wait_until(lock, deadline, over)) return false;
    const Clock::duration overslept = Clock::now() - deadline;
    if (overslept < kSuspended) return true;
    current_->begin += overslept;  // the peers were not late: we were not there
  }
  return false;
}

bool Watchdog::goes_on(std::int64_t number) const {
  return current_ && current_->number == number;
}

void Watchdog::answer_roll_call(Lock& lock, std::int64_t number) {
  if (!options_.roll_call) return;
  lock.unlock();
  options_.roll_call->answer(number);
  lock.lock();
}

std::vector<int> Watchdog::call_roll(Lock& lock, std::int64_t number) {
  if (!options_.roll_call) return {};
  lock.unlock();
  std::vector<int> missing = options_.roll_call->missing(number);
  lock.lock();
  return missing;
}

void Watchdog::warn(Lock& lock, std::int64_t number) {
  const std::vector<int> missing = call_roll(lock, number);
  if (!goes_on(number) || !speaks_first(missing)) return;
  const std::string line = fmt::format(
      "{}: {} has waited {:.3g} s for {}", place(number), topology_.name_of(topology_.rank),
      std::chrono::duration<double>(warning_).count(), absentees(missing));
  lock.unlock();
  options_.on_delay(line);
  lock.lock();
}

void Watchdog::expire(Lock& lock, std::int64_t number) {
  const std::vector<int> missing = call_roll(lock, number);
  if (!goes_on(number)) return;
  const Complaint complaint{
      .where = place(number),
      .problem = fmt::format("{} waited {:g} s in vain for {}", topology_.name_of(topology_.rank),
                             options_.timeout_s, absentees(missing)),
      .because = "a rank that is lost or stuck holds up all others",
      .advice =
          "look at that rank's log and machine, or raise dist.timeout_s; run again to resume"};
  lock.unlock();
  options_.on_timeout(complaint.str());
  lock.lock();
}

/// The lowest of the ranks that wait. The others give it time to speak, and speak if it does not.
bool Watchdog::speaks_first(const std::vector<int>& missing) const {
  return std::ranges::count_if(missing, [this](int rank) { return rank < topology_.rank; }) ==
         topology_.rank;
}

std::string Watchdog::place(std::int64_t number) const {
  const std::string when = step_ > 0 ? fmt::format("step {}", step_) : "before the first step";
  return fmt::format("{}, {}", when, goes_on(number) ? current_->name : "");
}

std::string Watchdog::absentees(const std::vector<int>& missing) const {
  if (!options_.roll_call) return "a rank that this MPI cannot name";
  if (missing.empty()) return "the network, or for a rank that stopped after it came";
  return topology_.names_of(missing);
}

}  // namespace rocm::dist
