// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/ops/lanes.hpp"

// The last lanes of a row, of which fewer than N may exist. As feature_lanes.hpp, everything is
// local to the file that includes it.

namespace rocm::model {
namespace {

/// N numbers of which `count` exist; the others read as zero and are not written.
template <int N>
Lanes<N> load_some(const float* numbers, std::int64_t count) {
  if (count >= N) return load<N>(numbers);
  Lanes<N> lanes{};
  for (std::int64_t lane = 0; lane < count; ++lane) lanes[lane] = numbers[lane];
  return lanes;
}

template <int N>
void store_some(Lanes<N> lanes, float* numbers, std::int64_t count) {
  if (count >= N) return store<N>(lanes, numbers);
  for (std::int64_t lane = 0; lane < count; ++lane) numbers[lane] = lanes[lane];
}

template <int N>
void add_some(Lanes<N> lanes, double* sums, std::int64_t count) {
  for (std::int64_t lane = 0; lane < count && lane < N; ++lane)
    sums[lane] += static_cast<double>(lanes[lane]);
}

}  // namespace
}  // namespace rocm::model
