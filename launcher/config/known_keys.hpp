// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/config/setting.hpp"

namespace rocm::launcher {

/// Every table and key of the configuration by dotted name, without indices: "objective",
/// "objective.beta", "evaluation.score.path".
[[nodiscard]] std::vector<std::string> known_keys();

/// Throws Failure(kUsage) at the first setting that no key describes, with the key that was
/// probably meant.
void refuse_unknown_keys(const Setting::Table& settings);

}  // namespace rocm::launcher
