// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/frozen_matrix.hpp"
#include "model/low_rank_adapter.hpp"

namespace rocm::model {

/// The terms of y = residual + x W^T + b + scale (x A^T) B^T; undefined tensors are absent terms.
/// Shape legend: I inputs, O outputs, R rank. Tokens are [..., I]; a feature map is [B, I, H, W],
/// each pixel a token.
struct ProjectionTerms {
  const at::Tensor& x;  ///< tokens or a feature map
  FrozenMatrix weight_OI;
  const at::Tensor& bias_O;  ///< frozen; may be undefined
  at::Tensor residual;       ///< like the result; may be undefined
  LowRankPair pair;          ///< a [R, I], b [O, R]; may be undefined
  double scale = 0.0;
  std::vector<std::int64_t> shape = {};  ///< of the result; empty: as x, tokens or feature map
};

/// A linear layer with frozen weights, an optional low-rank term and an optional residual, as one
/// operation: no gradient of W or b, and x is kept only where A or B wants one.
///
/// The low-rank term is computed in A's dtype and added last, in y's: where B is zero, y is exactly
/// what it is without the term. A feature map that results has its channels side by side in memory.
at::Tensor project(const ProjectionTerms& terms);

}  // namespace rocm::model
