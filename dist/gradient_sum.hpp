// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include <ATen/core/Tensor.h>

#include "dist/communicator.hpp"

namespace rocm::dist {

/// The sum of every unit's gradient on every rank: one flat tensor, float32 or float64, on the
/// device of its terms. Each rank passes the gradients of its own units, at least one, all of one
/// length and type everywhere. Collective. Nothing, on every rank, when an element anywhere is
/// infinite or not a number, or when the sum cannot be represented.

/// Bit-identical for every dealing of the same units to any number of ranks, in any order: the
/// terms are rounded to integers of one common scale, and integers add exactly.
///   q_u = round(g_u * 2^s),  s = 62 - e - ceil(log2 U),  2^(e-1) <= max |g| < 2^e
///   sum = 2^-s * sum_u q_u;  |q_u| <= 2^62 / U, so U terms fit an int64
/// An element of the sum is off by at most U/2 * 2^-s, which is U^2 * 2^-62 of the largest |g|, and
/// by its own last rounding. `num_units_everywhere` is U.
[[nodiscard]] std::optional<at::Tensor> sum_reproducibly(std::span<const at::Tensor> unit_gradients,
                                                         std::int64_t num_units_everywhere,
                                                         Communicator& communicator);

/// The plain floating-point sum: half the bytes, and a last digit that depends on the dealing.
[[nodiscard]] std::optional<at::Tensor> sum_fast(std::span<const at::Tensor> unit_gradients,
                                                 Communicator& communicator);

}  // namespace rocm::dist
