// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/command_line.hpp"
#include "launcher/config.hpp"

namespace rocm::launcher {

/// The settings that sampling reads: --config if it is given, else the defaults; --set wins over
/// both, and --model over model.path. Keys that only training needs may be missing.
[[nodiscard]] Config sample_settings(const SampleRequest& request);

}  // namespace rocm::launcher
