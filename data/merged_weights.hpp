// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "data/low_rank_pair.hpp"
#include "data/named_tensors.hpp"

namespace rocm::data {

/// Throws Failure(kInput) unless `weights` has `<layer>.weight` of the right shape for every layer.
void expect_fitting(const NamedTensors& weights, const LowRankModules& modules);

/// A network's weights with an adapter inside: W + scale B A, computed in fp64 and rounded once to
/// `dtype`, as are the weights of layers that are not adapted. `path` is what will store them.
/// Throws as expect_fitting, and Failure(kUsage) for numbers beyond the range of fp16.
[[nodiscard]] NamedTensors merged_weights(const NamedTensors& weights,
                                          const LowRankModules& modules, at::ScalarType dtype,
                                          const std::filesystem::path& path);

}  // namespace rocm::data
