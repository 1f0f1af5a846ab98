// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "dist/roll_call.hpp"
#include "dist/topology.hpp"

namespace rocm::dist {

struct WatchdogOptions {
  double timeout_s = 120.0;  ///< of one collective; 0 = wait for ever
  double warning_s = 10.0;   ///< or half of timeout_s, whichever is sooner
  /// Null: a late collective is reported without the names of the missing ranks.
  std::unique_ptr<RollCall> roll_call;
  /// Both run on the watchdog's thread and receive one line. Defaults: Log::warn; Log::error and
  /// then abort_all(kPeerLost).
  std::function<void(std::string_view line)> on_delay;
  std::function<void(std::string_view line)> on_timeout;
};

/// A deadline for every collective of this process. MPI waits for a lost peer for ever; this thread
/// does not: it warns once when a collective is late, and ends the job at `timeout_s`, naming the
/// step, the collective, the ranks that did not arrive and one that waited. One rank speaks for
/// those that wait. Time in which the whole process was stopped (a suspended job) does not count.
class Watchdog {
 public:
  Watchdog(Topology topology, WatchdogOptions options);
  ~Watchdog();

  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// The optimiser step that messages name from here on.
  void set_step(std::int64_t step);

  /// The collective that goes on while this lives.
  class Watch {
   public:
    explicit Watch(Watchdog& watchdog) : watchdog_(watchdog) {}

    ~Watch() { watchdog_.end_watch(); }

    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Watchdog& watchdog_;
  };

  /// `collective` says what goes on: "all-reduce of 512 values". One at a time, and the same ones
  /// in the same order on every rank.
  [[nodiscard]] Watch watch(std::string collective);

 private:
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;

  struct Collective {
    std::int64_t number = 0;
    std::string name;
    Clock::time_point begin;
  };

  void end_watch();
  void keep_watch();
  void guard(Lock& lock, std::int64_t number);
  [[nodiscard]] bool outlasts(Lock& lock, std::int64_t number, Clock::duration limit);
  [[nodiscard]] bool goes_on(std::int64_t number) const;
  void answer_roll_call(Lock& lock, std::int64_t number);
  [[nodiscard]] std::vector<int> call_roll(Lock& lock, std::int64_t number);
  void warn(Lock& lock, std::int64_t number);
  void expire(Lock& lock, std::int64_t number);
  [[nodiscard]] bool speaks_first(const std::vector<int>& missing) const;
  [[nodiscard]] std::string place(std::int64_t number) const;
  [[nodiscard]] std::string absentees(const std::vector<int>& missing) const;

  const Topology topology_;
  const WatchdogOptions options_;
  const Clock::duration timeout_;
  const Clock::duration warning_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::optional<Collective> current_;
  std::int64_t collectives_ = 0;
  std::int64_t step_ = 0;
  bool stopping_ = false;

  std::thread thread_;  // last: it uses everything above
};

}  // namespace rocm::dist
