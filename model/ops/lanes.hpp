// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// Arithmetic on N numbers at a time. Included only by the files that are compiled for one
// instruction set, whose registers hold N numbers; everything is local to such a file.

namespace rocm::model {
namespace {

// NOLINTBEGIN(modernize-avoid-c-arrays)

/// One register of N numbers (the compiler's vector extension).
template <int N>
struct Register {
  // g++ forgets the attribute of an alias template whose size is a parameter.
  typedef float Lanes __attribute__((vector_size(4 * N)));         // NOLINT(modernize-use-using)
  typedef std::uint32_t Bits __attribute__((vector_size(4 * N)));  // NOLINT(modernize-use-using)
};

template <int N>
using Lanes = typename Register<N>::Lanes;

template <int N>
using Bits = typename Register<N>::Bits;

constexpr float kLog2E = 1.44269504088896F;

/// 2^x to 2 ulp for x of at most about 0; below -126 as at -126. NaN stays NaN.
template <int N>
Lanes<N> power_of_two(Lanes<N> x) {
  const Lanes<N> floor = Lanes<N>{} - 126.0F;
  x = x < floor ? floor : x;
  constexpr float kRounder = 12582912.0F;  // 1.5 * 2^23: its neighbours are the whole numbers
  const Lanes<N> shifted = x + kRounder;
  const Lanes<N> f = x - (shifted - kRounder);
  // Taylor's series of 2^f on |f| <= 1/2; the next term is 5e-9.
  Lanes<N> p = Lanes<N>{} + 1.525273e-5F;
  p = p * f + 1.540353e-4F;
  p = p * f + 1.333356e-3F;
  p = p * f + 9.618129e-3F;
  p = p * f + 5.550411e-2F;
  p = p * f + 2.402265e-1F;
  p = p * f + 6.931472e-1F;
  p = p * f + 1.0F;
  // The low bits of `shifted` are the whole part, which is added to the exponent.
  const Bits<N> exponent = __builtin_bit_cast(Bits<N>, shifted) << 23U;
  const Bits<N> scaled = __builtin_bit_cast(Bits<N>, p) + exponent;
  return __builtin_bit_cast(Lanes<N>, scaled);
}

inline std::int64_t at_most(std::int64_t limit, std::int64_t value) {
  return value < limit ? value : limit;
}

template <int N>
Lanes<N> load(const float* numbers) {
  Lanes<N> lanes;
  __builtin_memcpy(&lanes, numbers, sizeof(lanes));
  return lanes;
}

template <int N>
void store(Lanes<N> lanes, float* numbers) {
  __builtin_memcpy(numbers, &lanes, sizeof(lanes));
}

// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace
}  // namespace rocm::model
