// SPDX-License-Identifier: Apache-2.0
#include "model/frozen_matrix.hpp"

#include <ATen/ops/empty.h>

namespace rocm::model {

at::Tensor FrozenMatrix::in(at::ScalarType type) const {
  if (stored_.scalar_type() == type || !room_) return stored_.to(type);
  const bool fits =
      room_->defined() && room_->scalar_type() == type && room_->numel() >= stored_.numel();
  if (!fits) *room_ = at::empty({stored_.numel()}, stored_.options().dtype(type));
  at::Tensor converted = room_->narrow(0, 0, stored_.numel()).view(stored_.sizes());
  return converted.copy_(stored_);
}

}  // namespace rocm::model
