// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include <ATen/core/Tensor.h>

#include "data/mapped_file.hpp"

namespace rocm::data {

/// A contiguous CPU tensor of `shape` over `bytes`, which belong to `owner` and which it keeps
/// alive; a copy where they are not aligned for `dtype`. Their pages leave the process's memory
/// with the last view of the tensor, so that weights which are converted are not held twice. The
/// caller has checked that the number of bytes is that of the elements.
[[nodiscard]] at::Tensor tensor_over(std::span<const std::byte> bytes, at::IntArrayRef shape,
                                     at::ScalarType dtype, std::shared_ptr<const MappedFile> owner);

/// To C++ a bool that is neither 0 nor 1 is undefined behaviour.
[[nodiscard]] bool are_truth_values(std::span<const std::byte> bytes);

}  // namespace rocm::data
