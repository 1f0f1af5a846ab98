// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/config.hpp"

namespace rocm::launcher {

/// What stands where a configuration with this method says nothing: ROCM's defaults, changed as the
/// method's authors have it (truncation of the preset, learning rate, clipping, steps, guidance,
/// statistics) or as its definition demands.
[[nodiscard]] Config defaults_of(MethodName method);

}  // namespace rocm::launcher
