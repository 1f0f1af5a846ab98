// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace rocm::model {

// Raw memory only: this header is read by files that are compiled for other instruction sets, where
// an inline function of a library could leave code behind that this processor cannot run.

/// One head of one sample. A row is a token; `width` numbers of a row belong to the head.
struct NarrowHead {
  const float* query = nullptr;  ///< [queries], rows `stride` apart, like all of these
  const float* key = nullptr;    ///< [keys]
  const float* value = nullptr;  ///< [keys]
  std::int64_t queries = 0;
  std::int64_t keys = 0;
  std::int64_t stride = 0;
  float scale = 1.0F;  ///< of the scores: 1 / sqrt(width)
};

struct NarrowForward {
  NarrowHead head;
  float* mixed = nullptr;            ///< [queries], rows: the result
  float* log2_normaliser = nullptr;  ///< [queries], dense: log2 sum_j 2^(score_j log2 e)
  float* scratch = nullptr;          ///< [keys][16], aligned to 64 bytes
};

struct NarrowBackward {
  NarrowHead head;
  const float* mixed = nullptr;
  const float* log2_normaliser = nullptr;
  const float* mixed_gradient = nullptr;  ///< [queries], rows
  float* query_gradient = nullptr;        ///< [queries], rows
  float* key_gradient = nullptr;          ///< [keys], rows
  float* value_gradient = nullptr;        ///< [keys], rows
  float* scratch = nullptr;               ///< [queries]
};

/// The two passes for one head width, compiled for one instruction set.
struct NarrowPasses {
  void (*forward)(const NarrowForward&) = nullptr;
  void (*backward)(const NarrowBackward&) = nullptr;
};

/// What one instruction set offers.
struct NarrowKernels {
  const char* name = "";
  NarrowPasses width4, width8, width16, width24;
};

/// Compiled for the build's own baseline, for AVX2 with FMA, and for AVX-512.
NarrowKernels baseline_narrow_kernels();
NarrowKernels avx2_narrow_kernels();
NarrowKernels avx512_narrow_kernels();

}  // namespace rocm::model
