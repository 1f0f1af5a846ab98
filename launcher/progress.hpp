// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rocm::launcher {

/// What is worth a glance on the way.
struct ProgressReport {
  std::string_view what = "step";  ///< what is counted
  std::int64_t done = 0;
  std::int64_t total = 0;
  std::string detail;       ///< ", reward 21.4", say, or nothing
  double per_second = 0.0;  ///< of `unit`; NaN: not known yet
  std::string_view unit = "samples";
  double seconds_left = 0.0;
};

/// "[######..................] " and the line below, cut to the terminal's width.
[[nodiscard]] std::string progress_bar(const ProgressReport& report, std::size_t columns);

/// "step 50/200 (25%), reward 21.4, 3.1 samples/s, 12:05 min left"; what is not known is "-".
[[nodiscard]] std::string progress_line(const ProgressReport& report);

/// "59 s", "12:05 min", "3:25 h", "2 d 3 h"; "-" if it is unknown.
[[nodiscard]] std::string duration_text(double seconds);

/// ", reward 21.4, divergence 0.012"; what was not measured is "-".
[[nodiscard]] std::string training_detail(double reward, double divergence);

/// Shows progress: a bar that is redrawn on a terminal, elsewhere a line at most every 30 seconds
/// (log files of batch jobs must stay short) and one at the end. Rank 0 only.
class Progress {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;

  struct Options {
    std::string_view what = "step";  ///< what is counted
    std::int64_t total = 1;
    std::int64_t done_before = 0;                      ///< in an earlier attempt
    std::string_view unit = "samples";                 ///< what the speed is told in
    std::int64_t units_each = 1;                       ///< over all ranks
    std::optional<std::size_t> columns;                ///< of the terminal; nullopt: not a terminal
    std::function<void(const std::string&)> show_bar;  ///< replaces the bar before it
    std::function<void(const std::string&)> show_line;  ///< a line that stays
    Clock now = std::chrono::steady_clock::now;
  };

  explicit Progress(Options options);

  /// `done` are done; detail as in ProgressReport.
  void update(std::int64_t done, std::string detail = {});

 private:
  [[nodiscard]] ProgressReport report(std::int64_t done, std::string detail) const;

  Options options_;
  std::chrono::steady_clock::time_point start_;
  std::optional<std::chrono::steady_clock::time_point> last_line_;
};

/// The terminal on standard error: its columns, or nullopt if it is none.
[[nodiscard]] std::optional<std::size_t> terminal_columns();

}  // namespace rocm::launcher
