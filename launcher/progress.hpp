// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace rocm::launcher {

/// What is worth a glance after a step.
struct ProgressReport {
  std::int64_t step = 0;        ///< done, counted from 1
  std::int64_t iterations = 0;  ///< in all
  double reward = 0.0;          ///< mean of the step; NaN is shown as such
  double divergence = 0.0;      ///< mean of the step; NaN: not measured
  double samples_per_s = 0.0;
  double seconds_left = 0.0;
};

/// "[######..................] " and the line below, cut to the terminal's width.
[[nodiscard]] std::string progress_bar(const ProgressReport& report, std::size_t columns);

/// "step 50/200 (25%), reward 21.4, divergence 0.012, 3.1 samples/s, 12:05 min left"; what was not
/// measured is "-".
[[nodiscard]] std::string progress_line(const ProgressReport& report);

/// "59 s", "12:05 min", "3:25 h", "2 d 3 h"; "-" if it is unknown.
[[nodiscard]] std::string duration_text(double seconds);

/// Shows progress: a bar that is redrawn on a terminal, elsewhere a line at most every 30 seconds
/// (log files of batch jobs must stay short) and one at the last step. Rank 0 only.
class Progress {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  struct Options {
    std::int64_t iterations = 1;
    std::int64_t first_step = 0;                       ///< steps done before this attempt
    std::int64_t samples_per_step = 1;                 ///< over all ranks
    std::optional<std::size_t> columns;                ///< of the terminal; nullopt: not a terminal
    std::function<void(const std::string&)> show_bar;  ///< replaces the bar before it
    std::function<void(const std::string&)> show_line;  ///< a line that stays
    Clock now = std::chrono::steady_clock::now;
  };

  explicit Progress(Options options);

  /// After step `step` (counted from 1).
  void update(std::int64_t step, double reward, double divergence);

 private:
  [[nodiscard]] ProgressReport report(std::int64_t step, double reward, double divergence) const;

  Options options_;
  std::chrono::steady_clock::time_point start_;
  std::optional<std::chrono::steady_clock::time_point> last_line_;
};

/// The terminal on standard error: its columns, or nullopt if it is none.
[[nodiscard]] std::optional<std::size_t> terminal_columns();

}  // namespace rocm::launcher
