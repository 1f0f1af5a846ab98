// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/ops/lanes.hpp"
#include "model/ops/narrow_attention_kernels.hpp"

// Attention of narrow heads on N lanes at a time, one query or one key in each. Included once by
// each file that compiles it for an instruction set, whose registers hold N numbers; everything is
// local to that file.
//
// Scores are kept in units of ln 2, so that softmax is made of powers of two:
// p_ij = 2^(s_ij - n_i), n_i = log2 sum_j 2^s_ij, s = scale log2(e) q k^T.

namespace rocm::model {
namespace {

// NOLINTBEGIN(modernize-avoid-c-arrays)

constexpr float kLowest = -3.0e38F;

/// N rows, one a lane: out[e] holds number e of each. Rows beyond `count` are zero.
template <int N, int E>
void load_rows(const float* rows, std::int64_t stride, std::int64_t count, float scale,
               Lanes<N> (&out)[E]) {
  for (int e = 0; e < E; ++e) out[e] = Lanes<N>{};
  for (std::int64_t lane = 0; lane < count; ++lane)
    for (int e = 0; e < E; ++e) out[e][lane] = rows[lane * stride + e] * scale;
}

template <int N, int E>
void store_rows(const Lanes<N> (&in)[E], float* rows, std::int64_t stride, std::int64_t count) {
  for (std::int64_t lane = 0; lane < count; ++lane)
    for (int e = 0; e < E; ++e) rows[lane * stride + e] = in[e][lane];
}

template <int N>
Lanes<N> load_numbers(const float* numbers, std::int64_t count) {
  Lanes<N> out{};
  for (std::int64_t lane = 0; lane < count; ++lane) out[lane] = numbers[lane];
  return out;
}

/// lanes . row: one product for each lane, with a row that all lanes share.
template <int N, int E>
Lanes<N> inner_product(const Lanes<N> (&lanes)[E], const float* row) {
  Lanes<N> even = lanes[0] * row[0], odd = lanes[1] * row[1];
  for (int e = 2; e < E; e += 2) {
    even += lanes[e] * row[e];
    odd += lanes[e + 1] * row[e + 1];
  }
  return even + odd;
}

template <int N, int E>
void add_multiple(Lanes<N> (&sum)[E], Lanes<N> factor, const float* row) {
  for (int e = 0; e < E; ++e) sum[e] += factor * row[e];
}

/// N queries against all keys.
template <int N, int E>
void forward_block(const NarrowForward& a, std::int64_t first) {
  const NarrowHead& h = a.head;
  const std::int64_t count = at_most(N, h.queries - first);
  Lanes<N> query[E];
  load_rows<N, E>(h.query + first * h.stride, h.stride, count, h.scale * kLog2E, query);
  auto* score = reinterpret_cast<Lanes<N>*>(a.scratch);
  Lanes<N> highest = Lanes<N>{} + kLowest;
  for (std::int64_t j = 0; j < h.keys; ++j) {
    score[j] = inner_product<N, E>(query, h.key + j * h.stride);
    highest = score[j] > highest ? score[j] : highest;
  }
  Lanes<N> sum{}, mixed[E] = {};
  for (std::int64_t j = 0; j < h.keys; ++j) {
    const Lanes<N> weight = power_of_two<N>(score[j] - highest);
    sum += weight;
    add_multiple<N, E>(mixed, weight, h.value + j * h.stride);
  }
  for (int e = 0; e < E; ++e) mixed[e] /= sum;
  store_rows<N, E>(mixed, a.mixed + first * h.stride, h.stride, count);
  for (std::int64_t lane = 0; lane < count; ++lane)
    a.log2_normaliser[first + lane] = highest[lane] + __builtin_log2f(sum[lane]);
}

/// dL/dq for N queries, and sum_e mixed_e dL/dmixed_e into the scratch.
template <int N, int E>
void backward_queries(const NarrowBackward& a, std::int64_t first) {
  const NarrowHead& h = a.head;
  const std::int64_t count = at_most(N, h.queries - first), offset = first * h.stride;
  Lanes<N> query[E], gradient[E], mixed[E], sum[E] = {};
  load_rows<N, E>(h.query + offset, h.stride, count, h.scale * kLog2E, query);
  load_rows<N, E>(a.mixed_gradient + offset, h.stride, count, 1.0F, gradient);
  load_rows<N, E>(a.mixed + offset, h.stride, count, 1.0F, mixed);
  const Lanes<N> normaliser = load_numbers<N>(a.log2_normaliser + first, count);
  Lanes<N> along{};
  for (int e = 0; e < E; ++e) along += gradient[e] * mixed[e];
  for (std::int64_t j = 0; j < h.keys; ++j) {
    const float* key = h.key + j * h.stride;
    const Lanes<N> weight = power_of_two<N>(inner_product<N, E>(query, key) - normaliser);
    const Lanes<N> through = inner_product<N, E>(gradient, h.value + j * h.stride);
    add_multiple<N, E>(sum, weight * (through - along), key);
  }
  for (int e = 0; e < E; ++e) sum[e] *= h.scale;
  store_rows<N, E>(sum, a.query_gradient + offset, h.stride, count);
  for (std::int64_t lane = 0; lane < count; ++lane) a.scratch[first + lane] = along[lane];
}

/// dL/dk and dL/dv for N keys.
template <int N, int E>
void backward_keys(const NarrowBackward& a, std::int64_t first) {
  const NarrowHead& h = a.head;
  const std::int64_t count = at_most(N, h.keys - first), offset = first * h.stride;
  Lanes<N> key[E], value[E], key_sum[E] = {}, value_sum[E] = {};
  load_rows<N, E>(h.key + offset, h.stride, count, h.scale * kLog2E, key);
  load_rows<N, E>(h.value + offset, h.stride, count, 1.0F, value);
  for (std::int64_t i = 0; i < h.queries; ++i) {
    const float* query = h.query + i * h.stride;
    const float* gradient = a.mixed_gradient + i * h.stride;
    const Lanes<N> weight = power_of_two<N>(inner_product<N, E>(key, query) - a.log2_normaliser[i]);
    const Lanes<N> through = inner_product<N, E>(value, gradient);
    add_multiple<N, E>(key_sum, weight * (through - a.scratch[i]), query);
    add_multiple<N, E>(value_sum, weight, gradient);
  }
  for (int e = 0; e < E; ++e) key_sum[e] *= h.scale;
  store_rows<N, E>(key_sum, a.key_gradient + offset, h.stride, count);
  store_rows<N, E>(value_sum, a.value_gradient + offset, h.stride, count);
}

template <int N, int E>
void forward(const NarrowForward& a) {
  for (std::int64_t first = 0; first < a.head.queries; first += N) forward_block<N, E>(a, first);
}

template <int N, int E>
void backward(const NarrowBackward& a) {
  for (std::int64_t i = 0; i < a.head.queries; i += N) backward_queries<N, E>(a, i);
  for (std::int64_t j = 0; j < a.head.keys; j += N) backward_keys<N, E>(a, j);
}

template <int N>
NarrowKernels narrow_kernels(const char* name) {
  return {.name = name,
          .width4 = {.forward = &forward<N, 4>, .backward = &backward<N, 4>},
          .width8 = {.forward = &forward<N, 8>, .backward = &backward<N, 8>},
          .width16 = {.forward = &forward<N, 16>, .backward = &backward<N, 16>},
          .width24 = {.forward = &forward<N, 24>, .backward = &backward<N, 24>}};
}

// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace
}  // namespace rocm::model
