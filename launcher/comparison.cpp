// SPDX-License-Identifier: Apache-2.0
#include "launcher/comparison.hpp"

#include <algorithm>
#include <functional>

#include <ATen/ops/empty.h>

namespace rocm::launcher {
namespace {

using Columns = Bootstrap::Columns;

/// [policy][prompt]
Columns prompt_means(const at::Tensor& value_LPS) {
  const auto value = value_LPS.accessor<double, 3>();
  Columns means(static_cast<std::size_t>(value.size(0)));
  for (std::int64_t l = 0; l < value.size(0); ++l)
    for (std::int64_t p = 0; p < value.size(1); ++p)
      means[static_cast<std::size_t>(l)].push_back(
          mean_of({value[l][p].data(), static_cast<std::size_t>(value.size(2))}));
  return means;
}

data::Estimates estimates_of_shape(at::IntArrayRef shape) {
  return {.value = at::empty(shape, at::kDouble),
          .low = at::empty(shape, at::kDouble),
          .high = at::empty(shape, at::kDouble)};
}

data::Estimates mean_estimates(const Columns& columns, const Columns& resampled,
                               double confidence) {
  data::Estimates means = estimates_of_shape({static_cast<std::int64_t>(columns.size())});
  for (std::size_t l = 0; l < columns.size(); ++l) {
    const auto row = static_cast<std::int64_t>(l);
    const Interval interval = percentile_interval(resampled[l], confidence);
    means.value[row] = mean_of(columns[l]);
    means.low[row] = interval.low;
    means.high[row] = interval.high;
  }
  return means;
}

std::vector<double> minus(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> difference(a.size());
  std::ranges::transform(a, b, difference.begin(), std::minus());
  return difference;
}

data::Estimates difference_estimates(const Columns& columns, const Columns& resampled,
                                     double confidence) {
  const auto num_policies = static_cast<std::int64_t>(columns.size());
  data::Estimates differences = estimates_of_shape({num_policies, num_policies});
  const auto put = [&](std::size_t i, std::size_t j, double value, const Interval& interval) {
    const auto row = static_cast<std::int64_t>(i);
    const auto column = static_cast<std::int64_t>(j);
    differences.value[row][column] = value;
    differences.low[row][column] = interval.low;
    differences.high[row][column] = interval.high;
  };
  for (std::size_t i = 0; i < columns.size(); ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const double value = mean_of(minus(columns[i], columns[j]));
      const auto [low, high] = percentile_interval(minus(resampled[i], resampled[j]), confidence);
      put(i, j, value, {.low = low, .high = high});
      put(j, i, 0.0 - value, {.low = 0.0 - high, .high = 0.0 - low});
    }
  return differences;
}

}  // namespace

data::ComparedMeasure compared(const std::string& name, const std::string& description,
                               const at::Tensor& value_LPS, const Bootstrap& bootstrap) {
  const Columns columns = prompt_means(value_LPS);
  const bool several = value_LPS.size(1) > 1;
  const Columns resampled = several ? bootstrap.means(columns) : Columns(columns.size());
  return {.name = name,
          .description = description,
          .value_LPS = value_LPS,
          .mean_L = mean_estimates(columns, resampled, bootstrap.confidence),
          .difference_LL = difference_estimates(columns, resampled, bootstrap.confidence)};
}

}  // namespace rocm::launcher
