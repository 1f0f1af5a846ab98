// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/sweep/sweep_axes.hpp"

namespace rocm::launcher {

/// Throws Failure(kUsage) at file:line:column: an empty list, columns of unequal length, a value or
/// a key that comes twice, a key inside another swept key, a key that a sweep sets itself.
void check_axes(const std::vector<SweepAxis>& axes);

}  // namespace rocm::launcher
