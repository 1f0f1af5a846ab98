// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "model/low_rank_adapter.hpp"

namespace rocm::model {

/// The terms of y = residual + x W^T + b + scale (x A^T) B^T; undefined tensors are absent terms.
/// Shape legend: I inputs, O outputs, R rank.
struct ProjectionTerms {
  const at::Tensor& x;          ///< [..., I]
  const at::Tensor& weight_OI;  ///< frozen
  const at::Tensor& bias_O;     ///< frozen; may be undefined
  at::Tensor residual;          ///< [..., O]; may be undefined
  LowRankPair pair;             ///< a [R, I], b [O, R]; may be undefined
  double scale = 0.0;
};

/// A linear layer with frozen weights, an optional low-rank term and an optional residual, as one
/// operation: no gradient of W or b, and x is kept only where A or B wants one.
///
/// The low-rank term is computed in A's dtype and added last, in y's: where B is zero, y is exactly
/// what it is without the term.
at::Tensor project(const ProjectionTerms& terms);

}  // namespace rocm::model
