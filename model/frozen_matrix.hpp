// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// A matrix that is never trained, perhaps stored in another type than that of the numbers which it
/// meets. It is then converted for every product, into memory that all matrices of a tower share.
class FrozenMatrix {
 public:
  /// Room for one converted matrix, as large as the largest so far.
  using Room = std::shared_ptr<at::Tensor>;

  FrozenMatrix() = default;

  FrozenMatrix(at::Tensor stored, Room room = nullptr)  // NOLINT(google-explicit-constructor)
      : stored_(std::move(stored)), room_(std::move(room)) {}

  /// The matrix in `type`. A conversion stands until the next one in the same room, so it must not
  /// be kept; without a room it is a tensor of its own.
  [[nodiscard]] at::Tensor in(at::ScalarType type) const;

  [[nodiscard]] const at::Tensor& stored() const { return stored_; }

  [[nodiscard]] std::int64_t size(std::int64_t dimension) const { return stored_.size(dimension); }

 private:
  at::Tensor stored_;
  Room room_;
};

}  // namespace rocm::model
