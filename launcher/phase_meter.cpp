// SPDX-License-Identifier: Apache-2.0
#include "launcher/phase_meter.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "launcher/process_memory.hpp"

namespace rocm::launcher {
namespace {

/// Of this process, with all its threads.
double cpu_seconds() {
  timespec spent{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return static_cast<double>(spent.tv_sec) + 1e-9 * static_cast<double>(spent.tv_nsec);
}

}  // namespace

void PhaseMeter::begin(std::string_view name) {
  end();
  open_ = name;
  begin_ = std::chrono::steady_clock::now();
  cpu_begin_s_ = cpu_seconds();
  start_peak_anew();
}

void PhaseMeter::end() {
  if (open_.empty()) return;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin_;
  auto known = std::ranges::find(costs_, open_, &PhaseCost::name);
  if (known == costs_.end()) known = costs_.insert(known, {.name = open_});
  known->seconds += took.count();
  known->cpu_seconds += cpu_seconds() - cpu_begin_s_;
  known->peak_bytes = std::max(known->peak_bytes, process_memory().peak_bytes);
  open_.clear();
}

std::vector<PhaseCost> PhaseMeter::take() {
  end();
  return std::exchange(costs_, {});
}

std::string text_of(const std::vector<PhaseCost>& costs) {
  std::vector<std::string> parts;
  for (const PhaseCost& cost : costs)
    parts.push_back(fmt::format("{} {:.2f} s ({:.2f} CPU s, {:.2f} GB)", cost.name, cost.seconds,
                                cost.cpu_seconds, static_cast<double>(cost.peak_bytes) / 1e9));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace rocm::launcher
