// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "data/low_rank_pair.hpp"

namespace rocm::data {

/// The shortest ends of paths ("to_q", "ff.net.2") that fit every adapted layer and nothing else,
/// for PEFT's target_modules. `layers` lists all layers of the network that could be adapted; the
/// parts that hold them count as well. Sorted.
[[nodiscard]] std::vector<std::string> target_suffixes(const LowRankModules& adapted,
                                                       std::span<const std::string> layers);

}  // namespace rocm::data
