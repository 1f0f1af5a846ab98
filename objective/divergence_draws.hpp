// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

#include "model/keyed_noise.hpp"

namespace rocm::objective {

/// The standard normal deviates [draws, B] that a divergence takes at a transition (counted from
/// 0), float64, made on the CPU: docs/noise.md. Undefined if draws is 0; else one key per sample.
[[nodiscard]] at::Tensor divergence_deviates(std::span<const model::NoiseKey> keys,
                                             std::size_t transition, std::int64_t draws,
                                             at::Device device);

}  // namespace rocm::objective
