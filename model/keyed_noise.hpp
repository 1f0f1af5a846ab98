// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// What a sample's noise depends on, and nothing else: not the rank, the number of ranks, the
/// device or the order of evaluation.
struct NoiseKey {
  std::uint64_t seed = 0;
  std::uint32_t step = 0;    ///< optimiser step, from 1; 0 = sampling and evaluation
  std::uint32_t sample = 0;  ///< index in the global batch, or of the image to sample
};

/// What the entries of a sample's noise are for, beyond z (entry 0 the initial latent, entry n the
/// noise of transition n).
namespace noise_entry {

inline constexpr std::uint32_t kWindow = 1U << 30;     ///< augmentation: size, row, column
inline constexpr std::uint32_t kPixels = kWindow + 1;  ///< augmentation: noise of the picture
inline constexpr std::uint32_t kCut = kWindow + 2;     ///< where a unit is cut, by its first sample
inline constexpr std::uint32_t kLastStep =
    kWindow + (1U << 29);                               ///< + i: draw i of the last step's noise
inline constexpr std::uint32_t kDivergence = 1U << 31;  ///< + n - 1: u of transition n

}  // namespace noise_entry

/// Standard normal deviates [count, channels, height, width] of one sample, fp32, on the CPU:
/// entries first_entry, first_entry + 1, ... Recipe (docs/noise.md):
/// element e of entry n comes from Philox4x32-10 with key = seed, subsequence = step * 2^32 +
/// sample, offset = n * 2^32 + e / 2; its four words w give u_i = ((w_2i * 2^32 + w_2i+1) >> 11 +
/// 0.5) / 2^53, and sqrt(-2 ln u_0) times cos (even e) or sin (odd e) of 2 pi u_1, in double
/// precision, rounded to fp32.
[[nodiscard]] at::Tensor keyed_noise(const NoiseKey& key, std::int64_t count,
                                     at::IntArrayRef shape_CHW, std::uint32_t first_entry = 0);

/// Numbers strictly between 0 and 1, float64: the u of the recipe, in the order in which one entry
/// takes them.
[[nodiscard]] std::vector<double> keyed_uniforms(const NoiseKey& key, std::uint32_t entry,
                                                 std::size_t count);

}  // namespace rocm::model
