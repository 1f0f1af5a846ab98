// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/ops/convolution_lanes.hpp"
#include "model/ops/feature_kernels.hpp"
#include "model/ops/partial_lanes.hpp"

// Group norm and GEGLU on N channels at a time. Included once by each file that
// compiles it for an instruction set; everything is local to that file.

namespace rocm::model {
namespace {

// NOLINTBEGIN(modernize-avoid-c-arrays)

/// Rows that are summed in single precision before they join a sum in double precision.
constexpr std::int64_t kRowsInSingle = 64;

/// 1 / (1 + e^-x).
template <int N>
Lanes<N> sigmoid(Lanes<N> x) {
  const Lanes<N> one = Lanes<N>{} + 1.0F;
  const Lanes<N> e = power_of_two<N>((x < 0.0F ? x : -x) * kLog2E);
  return (x < 0.0F ? e : one) / (one + e);
}

struct PlainNorm {
  template <int N>
  static Lanes<N> value(Lanes<N> y) {
    return y;
  }

  template <int N>
  static Lanes<N> slope(Lanes<N> y) {
    return y * 0.0F + 1.0F;  // NaN stays NaN
  }
};

/// silu(y) = y s(y); its slope is s (1 + y (1 - s)).
struct SiluOfNorm {
  template <int N>
  static Lanes<N> value(Lanes<N> y) {
    return y * sigmoid<N>(y);
  }

  template <int N>
  static Lanes<N> slope(Lanes<N> y) {
    const Lanes<N> s = sigmoid<N>(y);
    return s * (1.0F + y * (1.0F - s));
  }
};

/// Calls work(first row, end, channel, channels left) for tiles that stay in the cache.
template <int N, class Work>
void for_each_tile(const GroupNormCall& a, const Work& work) {
  for (std::int64_t row = 0; row < a.rows; row += kRowsInSingle)
    for (std::int64_t c = 0; c < a.channels; c += N)
      work(row, row + at_most(kRowsInSingle, a.rows - row), c, a.channels - c);
}

/// sums[c] = sum over rows of term(x, row, c).
template <int N, class Term>
void sum_rows(const GroupNormCall& a, double* sums, const Term& term) {
  for (std::int64_t c = 0; c < a.channels; ++c) sums[c] = 0.0;
  for_each_tile<N>(a, [&](std::int64_t begin, std::int64_t end, std::int64_t c, std::int64_t left) {
    Lanes<N> even{}, odd{};
    const auto at = [&](std::int64_t row) {
      return term(load_some<N>(a.x + row * a.channels + c, left), c, left);
    };
    std::int64_t row = begin;
    for (; row + 1 < end; row += 2) {
      even += at(row);
      odd += at(row + 1);
    }
    if (row < end) even += at(row);
    add_some<N>(even + odd, sums + c, left);
  });
}

inline double sum_of_group(const double* sums, std::int64_t first, std::int64_t width) {
  double sum = 0.0;
  for (std::int64_t c = first; c < first + width; ++c) sum += sums[c];
  return sum;
}

/// Three numbers of each channel, which stand in the coefficients one row after the other.
template <int N>
struct ChannelRows {
  const GroupNormCall& call;
  std::int64_t channel;
  std::int64_t left;

  /// Row 0: what x - mean is multiplied by. Row 1: what is added. Row 2: the mean.
  [[nodiscard]] Lanes<N> slope() const { return row(0); }

  [[nodiscard]] Lanes<N> shift() const { return row(1); }

  [[nodiscard]] Lanes<N> mean() const { return row(2); }

 private:
  [[nodiscard]] Lanes<N> row(std::int64_t r) const {
    return load_some<N>(call.coefficients + r * call.channels + channel, left);
  }
};

inline void set_means(const GroupNormCall& a) {
  const std::int64_t width = a.channels / a.groups;
  float* mean_C = a.coefficients + 2 * a.channels;
  for (std::int64_t c = 0; c < a.channels; ++c) mean_C[c] = a.mean[c / width];
}

/// The norm as y = slope (x - mean) + shift. Not slope x + (shift - slope mean): where a channel
/// hardly varies that loses the digits which count.
inline void find_affine(const GroupNormCall& a) {
  const std::int64_t width = a.channels / a.groups;
  set_means(a);
  for (std::int64_t c = 0; c < a.channels; ++c) {
    a.coefficients[c] = a.weight[c] * a.inverse_deviation[c / width];
    a.coefficients[a.channels + c] = a.bias[c];
  }
}

/// Mean first, then the centred squares: E[x^2] - E[x]^2 would cancel.
template <int N>
void find_moments(const GroupNormCall& a) {
  const std::int64_t width = a.channels / a.groups;
  const auto count = static_cast<double>(a.rows * width);
  sum_rows<N>(a, a.sums, [](Lanes<N> x, std::int64_t, std::int64_t) { return x; });
  for (std::int64_t g = 0; g < a.groups; ++g)
    a.mean[g] = static_cast<float>(sum_of_group(a.sums, g * width, width) / count);
  set_means(a);
  sum_rows<N>(a, a.sums, [&a](Lanes<N> x, std::int64_t c, std::int64_t left) {
    const Lanes<N> centred = x - ChannelRows<N>{a, c, left}.mean();
    return centred * centred;
  });
  for (std::int64_t g = 0; g < a.groups; ++g) {
    const double variance = sum_of_group(a.sums, g * width, width) / count;
    a.inverse_deviation[g] = static_cast<float>(1.0 / __builtin_sqrt(variance + a.epsilon));
  }
}

template <int N, class After>
void norm_forward(const GroupNormForward& pass) {
  const GroupNormCall& a = pass.call;
  find_moments<N>(a);
  find_affine(a);
  for_each_tile<N>(a, [&](std::int64_t begin, std::int64_t end, std::int64_t c, std::int64_t left) {
    const ChannelRows<N> rows{a, c, left};
    const Lanes<N> slope = rows.slope(), shift = rows.shift(), mean = rows.mean();
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t i = row * a.channels + c;
      const Lanes<N> y = (load_some<N>(a.x + i, left) - mean) * slope + shift;
      store_some<N>(After::template value<N>(y), pass.y + i, left);
    }
  });
}

/// With d = dL/dy * weight * inverse deviation, x^ the normalised x and means over the group:
/// dL/dx = d - mean(d) - x^ mean(d x^). First d, and the sums of d and d (x - mean).
template <int N, class After>
void norm_backward_sums(const GroupNormBackward& pass) {
  const GroupNormCall& a = pass.call;
  for (std::int64_t c = 0; c < 2 * a.channels; ++c) a.sums[c] = 0.0;
  for_each_tile<N>(a, [&](std::int64_t begin, std::int64_t end, std::int64_t c, std::int64_t left) {
    const ChannelRows<N> rows{a, c, left};
    const Lanes<N> slope = rows.slope(), shift = rows.shift(), mean = rows.mean();
    Lanes<N> sum{}, moment{};
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t i = row * a.channels + c;
      const Lanes<N> centred = load_some<N>(a.x + i, left) - mean;
      const Lanes<N> after = After::template slope<N>(centred * slope + shift);
      const Lanes<N> d = load_some<N>(pass.gradient + i, left) * after * slope;
      store_some<N>(d, pass.input_gradient + i, left);
      sum += d;
      moment += d * centred;
    }
    add_some<N>(sum, a.sums + c, left);
    add_some<N>(moment, a.sums + a.channels + c, left);
  });
}

/// dL/dx = d - (slope (x - mean) + shift), with these slope and shift of each group.
inline void find_correction(const GroupNormCall& a) {
  const std::int64_t width = a.channels / a.groups;
  const auto count = static_cast<double>(a.rows * width);
  for (std::int64_t g = 0; g < a.groups; ++g) {
    const double r = static_cast<double>(a.inverse_deviation[g]);
    const double slope = sum_of_group(a.sums + a.channels, g * width, width) * r * r / count;
    const double shift = sum_of_group(a.sums, g * width, width) / count;
    for (std::int64_t c = g * width; c < (g + 1) * width; ++c) {
      a.coefficients[c] = static_cast<float>(slope);
      a.coefficients[a.channels + c] = static_cast<float>(shift);
    }
  }
}

template <int N, class After>
void norm_backward(const GroupNormBackward& pass) {
  const GroupNormCall& a = pass.call;
  find_affine(a);
  norm_backward_sums<N, After>(pass);
  find_correction(a);
  for_each_tile<N>(a, [&](std::int64_t begin, std::int64_t end, std::int64_t c, std::int64_t left) {
    const ChannelRows<N> rows{a, c, left};
    const Lanes<N> slope = rows.slope(), shift = rows.shift(), mean = rows.mean();
    for (std::int64_t row = begin; row < end; ++row) {
      const std::int64_t i = row * a.channels + c;
      const Lanes<N> centred = load_some<N>(a.x + i, left) - mean;
      const Lanes<N> d = load_some<N>(pass.input_gradient + i, left);
      store_some<N>(d - (centred * slope + shift), pass.input_gradient + i, left);
    }
  });
}

/// The normal distribution's Phi(x) and its density.
template <int N>
struct Normal {
  Lanes<N> cumulative, density;
};

/// Abramowitz and Stegun 7.1.26: erf to 1.5e-7, which is half a unit in the last place near 1.
template <int N>
Normal<N> normal(Lanes<N> x) {
  const Lanes<N> one = Lanes<N>{} + 1.0F;
  const Lanes<N> absolute = x < 0.0F ? -x : x;
  const Lanes<N> t = one / (one + absolute * 0.23164190F);  // 0.3275911 / sqrt(2)
  Lanes<N> p = Lanes<N>{} + 0.53070271F;                    // half of the book's coefficients
  p = p * t - 0.72657601F;
  p = p * t + 0.71070687F;
  p = p * t - 0.14224837F;
  p = p * t + 0.12741480F;
  const Lanes<N> bell = power_of_two<N>(x * x * (-0.5F * kLog2E));
  const Lanes<N> tail = p * t * bell;
  return {.cumulative = x < 0.0F ? tail : one - tail, .density = bell * 0.39894228F};
}

template <int N>
void gated_gelu_forward(const GatedGeluForward& a) {
  for (std::int64_t row = 0; row < a.rows; ++row) {
    const float* u = a.x + 2 * row * a.channels;
    const float* v = u + a.channels;
    for (std::int64_t c = 0; c < a.channels; c += N) {
      const Lanes<N> gate = load_some<N>(v + c, a.channels - c);
      const Lanes<N> value = load_some<N>(u + c, a.channels - c);
      store_some<N>(value * gate * normal<N>(gate).cumulative, a.y + row * a.channels + c,
                    a.channels - c);
    }
  }
}

template <int N>
void gated_gelu_backward(const GatedGeluBackward& a) {
  for (std::int64_t row = 0; row < a.rows; ++row) {
    const float* u = a.x + 2 * row * a.channels;
    const float* g = a.gradient + row * a.channels;
    float* gu = a.input_gradient + 2 * row * a.channels;
    for (std::int64_t c = 0; c < a.channels; c += N) {
      const std::int64_t left = a.channels - c;
      const Lanes<N> value = load_some<N>(u + c, left);
      const Lanes<N> gate = load_some<N>(u + a.channels + c, left);
      const Lanes<N> from = load_some<N>(g + c, left);
      const Normal<N> n = normal<N>(gate);
      store_some<N>(from * gate * n.cumulative, gu + c, left);
      store_some<N>(from * value * (n.cumulative + gate * n.density), gu + a.channels + c, left);
    }
  }
}

template <int N>
FeatureKernels feature_kernels(const char* name) {
  return {
      .name = name,
      .lanes = N,
      .convolve = &convolve<N>,
      .norm = {.forward = &norm_forward<N, PlainNorm>, .backward = &norm_backward<N, PlainNorm>},
      .norm_silu = {.forward = &norm_forward<N, SiluOfNorm>,
                    .backward = &norm_backward<N, SiluOfNorm>},
      .gated_gelu = {.forward = &gated_gelu_forward<N>, .backward = &gated_gelu_backward<N>}};
}

// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace
}  // namespace rocm::model
