// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace rocm::launcher {

/// The percentile bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, section 13.3)
/// of means over rows, of prompts say.
struct Bootstrap {
  std::int64_t resamples = 10'000;
  double confidence = 0.95;
  std::uint64_t seed = 0;  ///< equal seeds draw equal rows

  /// How many rows are drawn, with replacement, is how many there are.
  using Columns = std::vector<std::vector<double>>;
  /// The mean of each column in each resample, [column][resample]. Every column sees the same rows,
  /// so that the difference of two columns' means is the mean of their paired differences.
  /// Which rows a resample draws: docs/noise.md.
  [[nodiscard]] Columns means(const Columns& columns) const;
};

/// NaN: there is none.
struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// In the order of the values, so that it has the same bits everywhere. NaN of nothing.
[[nodiscard]] double mean_of(std::span<const double> values);

/// The interval that holds `confidence` of the values and leaves out as many below as above;
/// between two values it is interpolated, as by NumPy's percentile. None of no values.
[[nodiscard]] Interval percentile_interval(std::vector<double> values, double confidence);

}  // namespace rocm::launcher
