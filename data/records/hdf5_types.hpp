// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "data/records/hdf5.hpp"

namespace rocm::data {

enum class HdfElement : std::uint8_t { kFloat16, kFloat32, kFloat64, kInt64, kText };

/// Length of an axis that grows. Only the first axis may.
inline constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

/// Type on disk, and in memory as well: HDF5 converts fp16 sixty times slower than LibTorch.
[[nodiscard]] HdfType type_of(HdfElement element);

/// LibTorch's name of the same bytes. Text has none (ContractViolation).
[[nodiscard]] at::ScalarType scalar_type_of(HdfElement element);

/// One element that says "nothing was written here": NaN, or -1; nullptr for text.
[[nodiscard]] const void* fill_of(HdfElement element);

/// Of a new array: no row yet on an axis that grows.
[[nodiscard]] HdfSpace space_of(std::span<const std::uint64_t> shape);

}  // namespace rocm::data
