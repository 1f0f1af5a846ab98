// SPDX-License-Identifier: Apache-2.0
#include "data/low_rank_pair.hpp"

namespace rocm::data {

at::Tensor effective_B(const LowRankPair& pair) {
  const at::ScalarType wide = pair.B.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const at::Tensor B = pair.B.to(wide);
  return pair.scale == 1.0 ? B : B.mul(pair.scale);
}

}  // namespace rocm::data
