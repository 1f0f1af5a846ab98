// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include <ATen/core/Tensor.h>

#include "launcher/assembly.hpp"

namespace rocm::test {

/// The assembly's adapter, moved by `distance` along a flat direction.
[[nodiscard]] model::LowRankAdapter moved(const launcher::Assembly& assembly,
                                          const at::Tensor& direction, double distance);

/// A flat unit vector, fp64, another one for every number.
[[nodiscard]] at::Tensor random_direction(std::uint32_t number, std::int64_t length);

/// The slope of a loss along a direction at the assembly's adapter, by five-point central
/// differences.
[[nodiscard]] double measured_slope(
    const launcher::Assembly& assembly, const at::Tensor& direction,
    const std::function<double(const model::LowRankAdapter&)>& loss);

/// Fails the running test unless `gradient` has the measured slopes of `loss`, to 1e-7.
void expect_gradient(const launcher::Assembly& assembly, const at::Tensor& gradient,
                     const std::function<double(const model::LowRankAdapter&)>& loss);

}  // namespace rocm::test
