// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/ops/feature_kernels.hpp"
#include "model/ops/partial_lanes.hpp"

// Convolution that keeps the size, on N outputs at a time. As feature_lanes.hpp, everything is
// local to the file that includes it.

namespace rocm::model {
namespace {

// NOLINTBEGIN(modernize-avoid-c-arrays)

/// P pixels side by side, V registers of outputs: P V sums stay in registers.
template <int N, int V, int P>
void convolve_block(const SameConvolution& a, const float* x, const float* kernel,
                    std::int64_t first_output, float* y) {
  Lanes<N> sum[P][V];
  for (int v = 0; v < V; ++v) {
    const std::int64_t output = first_output + v * N;
    const Lanes<N> bias =
        a.bias == nullptr ? Lanes<N>{} : load_some<N>(a.bias + output, a.outputs - output);
    for (int p = 0; p < P; ++p) sum[p][v] = bias;
  }
  const std::int64_t row_length = (a.columns + a.kernel_size - 1) * a.inputs;
  for (std::int64_t ky = 0; ky < a.kernel_size; ++ky) {
    const float* row = x + ky * row_length;
    for (std::int64_t i = 0; i < a.kernel_size * a.inputs; ++i) {  // kx and the input channel
      Lanes<N> weight[V];
      for (int v = 0; v < V; ++v) weight[v] = load<N>(kernel + v * N);
      kernel += V * N;
      for (int p = 0; p < P; ++p)
        for (int v = 0; v < V; ++v) sum[p][v] += row[p * a.inputs + i] * weight[v];
    }
  }
  for (int p = 0; p < P; ++p)
    for (int v = 0; v < V; ++v) {
      const std::int64_t output = first_output + v * N;
      store_some<N>(sum[p][v], y + p * a.outputs + output, a.outputs - output);
    }
}

/// All pixels of V registers of outputs.
template <int N, int V>
void convolve_outputs(const SameConvolution& a, const float* kernel, std::int64_t first_output) {
  constexpr int kPixels = V == 3 ? 4 : V == 2 ? 6 : 8;
  const std::int64_t row_length = (a.columns + a.kernel_size - 1) * a.inputs;
  for (std::int64_t row = 0; row < a.rows; ++row) {
    const float* x = a.x + row * row_length;
    float* y = a.y + row * a.columns * a.outputs;
    const auto run = [&]<int P>(std::int64_t column) {
      convolve_block<N, V, P>(a, x + column * a.inputs, kernel, first_output,
                              y + column * a.outputs);
      return P;
    };
    std::int64_t column = 0;
    while (column + kPixels <= a.columns) column += run.template operator()<kPixels>(column);
    while (column + 4 <= a.columns) column += run.template operator()<4>(column);
    while (column < a.columns) column += run.template operator()<1>(column);
  }
}

template <int N>
void convolve(const SameConvolution& a) {
  const float* kernel = a.kernel;
  for (std::int64_t output = 0; output < a.outputs;) {
    const std::int64_t registers = registers_in_block((a.outputs - output + N - 1) / N);
    if (registers == 3) convolve_outputs<N, 3>(a, kernel, output);
    if (registers == 2) convolve_outputs<N, 2>(a, kernel, output);
    if (registers == 1) convolve_outputs<N, 1>(a, kernel, output);
    kernel += a.kernel_size * a.kernel_size * a.inputs * registers * N;
    output += registers * N;
  }
}

// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace
}  // namespace rocm::model
