// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/named_tensors.hpp"

namespace rocm::launcher {

/// The widths of the affine head below `prefix` ("mlp." or ""), from its tensors. Throws
/// Failure(kInput) if it is not one that maps `features` numbers to one.
[[nodiscard]] std::vector<std::int64_t> head_widths(const data::NamedTensors& tensors,
                                                    const std::string& prefix,
                                                    std::int64_t features,
                                                    const std::string& where);

}  // namespace rocm::launcher
