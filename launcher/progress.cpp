// SPDX-License-Identifier: Apache-2.0
#include "launcher/progress.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace rocm::launcher {
namespace {

constexpr std::chrono::seconds kLineInterval{30};
constexpr std::size_t kBarWidth = 24;
constexpr std::size_t kDefaultColumns = 80;

double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

double share_done(const ProgressReport& report) {
  const auto done = static_cast<double>(report.done);
  return std::clamp(done / static_cast<double>(std::max<std::int64_t>(report.total, 1)), 0.0, 1.0);
}

/// A number that was not measured is a dash.
std::string measured(double value, const char* format) {
  return std::isnan(value) ? "-" : fmt::format(fmt::runtime(format), value);
}

}  // namespace

std::string duration_text(double seconds) {
  if (!(seconds >= 0.0) || seconds > 1e9) return "-";
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  const std::int64_t minutes = whole / 60;
  const std::int64_t hours = minutes / 60;
  if (minutes == 0) return fmt::format("{} s", whole);
  if (hours == 0) return fmt::format("{}:{:02} min", minutes, whole % 60);
  if (hours < 48) return fmt::format("{}:{:02} h", hours, minutes % 60);
  return fmt::format("{} d {} h", hours / 24, hours % 24);
}

std::string training_detail(double reward, double divergence) {
  return fmt::format(", reward {}, divergence {}", measured(reward, "{:.4g}"),
                     measured(divergence, "{:.3g}"));
}

std::string progress_line(const ProgressReport& report) {
  return fmt::format("{} {}/{} ({:.0f}%){}, {} {}/s, {} left", report.what, report.done,
                     report.total, std::floor(100.0 * share_done(report)), report.detail,
                     measured(report.per_second, "{:.3g}"), report.unit,
                     duration_text(report.seconds_left));
}

std::string progress_bar(const ProgressReport& report, std::size_t columns) {
  const auto filled = static_cast<std::size_t>(share_done(report) * static_cast<double>(kBarWidth));
  const std::string bar = fmt::format("[{}{}] {}", std::string(filled, '#'),
                                      std::string(kBarWidth - filled, '.'), progress_line(report));
  // A full line would wrap on some terminals, and could then not be redrawn.
  return bar.substr(0, columns > 1 ? columns - 1 : 0);
}

Progress::Progress(Options options) : options_(std::move(options)), start_(options_.now()) {
}

ProgressReport Progress::report(std::int64_t done, std::string detail) const {
  const double elapsed_s = seconds(options_.now() - start_);
  const auto done_now = static_cast<double>(done - options_.done_before);
  const double units = done_now * static_cast<double>(options_.units_each);
  const auto left = static_cast<double>(options_.total - done);
  return {.what = options_.what,
          .done = done,
          .total = options_.total,
          .detail = std::move(detail),
          .per_second = elapsed_s > 0.0 ? units / elapsed_s : std::nan(""),
          .unit = options_.unit,
          .seconds_left = done_now > 0.0 ? elapsed_s / done_now * left : std::nan("")};
}

void Progress::update(std::int64_t done, std::string detail) {
  const bool last = done >= options_.total;
  if (options_.columns && !last) {
    options_.show_bar(progress_bar(report(done, std::move(detail)), *options_.columns));
    return;
  }
  const auto now = options_.now();
  const bool due = now - last_line_.value_or(start_) >= kLineInterval;
  if (!due && !last) return;
  options_.show_line(progress_line(report(done, std::move(detail))));
  last_line_ = now;
}

std::optional<std::size_t> terminal_columns() {
  if (isatty(STDERR_FILENO) == 0) return std::nullopt;
  winsize size = {};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? std::size_t{size.ws_col} : kDefaultColumns;
}

}  // namespace rocm::launcher
