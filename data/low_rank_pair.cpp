// SPDX-License-Identifier: Apache-2.0
#include "data/low_rank_pair.hpp"

#include <cstddef>

#include <ATen/ops/constant_pad_nd.h>

namespace rocm::data {

at::Tensor effective_B(const LowRankPair& pair) {
  const at::ScalarType wide = pair.B.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const at::Tensor B = pair.B.to(wide);
  return pair.scale == 1.0 ? B : B.mul(pair.scale);
}

LowRankPair at_rank(const LowRankPair& pair, std::int64_t rank) {
  const std::int64_t missing = rank - pair.rank();
  if (missing == 0) return pair;
  std::vector<std::int64_t> rows_of_A(static_cast<std::size_t>(2 * pair.A.dim()), 0);
  rows_of_A.back() = missing;  // axes are listed from the last: the end of axis 0
  std::vector<std::int64_t> columns_of_B(static_cast<std::size_t>(2 * pair.B.dim()), 0);
  columns_of_B[columns_of_B.size() - 3] = missing;  // the end of axis 1
  return {.A = at::constant_pad_nd(pair.A, rows_of_A),
          .B = at::constant_pad_nd(pair.B, columns_of_B),
          .scale = pair.scale};
}

std::vector<std::int64_t> shape_of_change(const LowRankPair& pair) {
  std::vector<std::int64_t> shape = pair.A.sizes().vec();
  shape[0] = pair.B.size(0);
  return shape;
}

at::Tensor change_of_weight(const LowRankPair& pair) {
  const at::Tensor A_RI = pair.A.to(at::kDouble).flatten(1);
  const at::Tensor B_OR = pair.B.to(at::kDouble).flatten(1);
  return B_OR.matmul(A_RI).mul(pair.scale).view(shape_of_change(pair));
}

}  // namespace rocm::data
