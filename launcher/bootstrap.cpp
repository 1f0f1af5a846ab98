// SPDX-License-Identifier: Apache-2.0
#include "launcher/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <ATen/core/PhiloxRNGEngine.h>

#include "dist/base/contract.hpp"

namespace rocm::launcher {
namespace {

constexpr std::uint64_t kRows = 0x726f636d626f6f74;  ///< a stream of its own: docs/noise.md

std::vector<std::size_t> drawn_rows(std::size_t rows, std::uint64_t seed, std::uint64_t resample) {
  at::Philox4_32 generator(seed ^ kRows, resample);
  std::vector<std::size_t> drawn(rows);
  for (std::size_t& row : drawn) row = (std::uint64_t{generator()} * rows) >> 32;
  return drawn;
}

/// `sorted` at a place that may lie between two values.
double value_at(const std::vector<double>& sorted, double place) {
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
}

}  // namespace

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Bootstrap::Columns Bootstrap::means(const Columns& columns) const {
  const std::size_t rows = columns.empty() ? 0 : columns.front().size();
  Columns means(columns.size());
  for (std::int64_t resample = 0; resample < resamples; ++resample) {
    const auto drawn = drawn_rows(rows, seed, static_cast<std::uint64_t>(resample));
    for (std::size_t c = 0; c < columns.size(); ++c) {
      expects(columns[c].size() == rows, "columns of one length");
      double sum = 0.0;
      for (const std::size_t row : drawn) sum += columns[c][row];
      means[c].push_back(sum / static_cast<double>(rows));
    }
  }
  return means;
}

Interval percentile_interval(std::vector<double> values, double confidence) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (values.empty()) return {.low = kNone, .high = kNone};
  std::ranges::sort(values);
  const double left_out = (1.0 - confidence) / 2.0;
  const auto last = static_cast<double>(values.size() - 1);
  return {.low = value_at(values, left_out * last),
          .high = value_at(values, (1.0 - left_out) * last)};
}

}  // namespace rocm::launcher
