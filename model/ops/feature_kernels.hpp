// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace rocm::model {

// Raw memory only, for the reason that narrow_attention_kernels.hpp gives.

/// silu(group_norm(x)), or the norm alone, of one sample whose channels lie side by side.
struct GroupNormCall {
  const float* x = nullptr;  ///< [rows][channels]
  const float* weight = nullptr;
  const float* bias = nullptr;
  std::int64_t rows = 0;
  std::int64_t channels = 0;
  std::int64_t groups = 0;
  double epsilon = 0.0;
  float* mean = nullptr;               ///< [groups]: written forward, read backward
  float* inverse_deviation = nullptr;  ///< [groups]
  double* sums = nullptr;              ///< scratch: [2][channels]
  float* coefficients = nullptr;       ///< scratch: [3][channels]
};

struct GroupNormForward {
  GroupNormCall call;
  float* y = nullptr;  ///< [rows][channels]
};

struct GroupNormBackward {
  GroupNormCall call;
  const float* gradient = nullptr;  ///< [rows][channels]
  float* input_gradient = nullptr;  ///< [rows][channels]
};

struct GroupNormPasses {
  void (*forward)(const GroupNormForward&) = nullptr;
  void (*backward)(const GroupNormBackward&) = nullptr;
};

/// u gelu(v) of rows [u, v]; each part `channels` long.
struct GatedGeluForward {
  const float* x = nullptr;  ///< [rows][2 * channels]
  float* y = nullptr;        ///< [rows][channels]
  std::int64_t rows = 0;
  std::int64_t channels = 0;
};

struct GatedGeluBackward {
  const float* x = nullptr;         ///< [rows][2 * channels]
  const float* gradient = nullptr;  ///< [rows][channels]
  float* input_gradient = nullptr;  ///< [rows][2 * channels]
  std::int64_t rows = 0;
  std::int64_t channels = 0;
};

struct GatedGeluPasses {
  void (*forward)(const GatedGeluForward&) = nullptr;
  void (*backward)(const GatedGeluBackward&) = nullptr;
};

/// A convolution that keeps the size of the feature map, of one sample. Registers hold `lanes`
/// numbers; the kernel is cut into blocks of so many registers of outputs, each block is
/// [K][K][inputs][registers * lanes], with zeros beyond the last output.
struct SameConvolution {
  const float* x = nullptr;       ///< [rows + K - 1][columns + K - 1][inputs], zeros around
  const float* kernel = nullptr;  ///< blocks, one after the other
  const float* bias = nullptr;    ///< [outputs]; may be null
  float* y = nullptr;             ///< [rows][columns][outputs]
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  std::int64_t kernel_size = 0;
};

/// Registers of outputs in the next block when so many are left: three, without leaving a single
/// one behind. Static: every file has its own, compiled for its instruction set.
static constexpr std::int64_t registers_in_block(std::int64_t left) {
  return left == 2 || left == 4 ? 2 : left < 3 ? left : 3;
}

/// What one instruction set offers.
struct FeatureKernels {
  const char* name = "";
  std::int64_t lanes = 0;
  void (*convolve)(const SameConvolution&) = nullptr;
  GroupNormPasses norm;
  GroupNormPasses norm_silu;
  GatedGeluPasses gated_gelu;
};

FeatureKernels baseline_feature_kernels();
FeatureKernels avx2_feature_kernels();
FeatureKernels avx512_feature_kernels();

}  // namespace rocm::model
