// SPDX-License-Identifier: Apache-2.0
#include "data/tensor_view.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/ScalarType.h>

namespace rocm::data {

at::Tensor tensor_over(std::span<const std::byte> bytes, at::IntArrayRef shape,
                       at::ScalarType dtype, std::shared_ptr<const MappedFile> owner) {
  const bool aligned = reinterpret_cast<std::uintptr_t>(bytes.data()) % elementSize(dtype) == 0;
  if (aligned && !bytes.empty()) {
    return at::from_blob(
        const_cast<std::byte*>(bytes.data()), shape,
        [owner = std::move(owner), bytes](void* /*begin*/) { owner->let_go(bytes); }, dtype);
  }
  at::Tensor copy = at::empty(shape, dtype);
  if (!bytes.empty()) std::memcpy(copy.data_ptr(), bytes.data(), bytes.size());
  return copy;
}

bool are_truth_values(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes, [](std::byte value) { return value <= std::byte{1}; });
}

}  // namespace rocm::data
