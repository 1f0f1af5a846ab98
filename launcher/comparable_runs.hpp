// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>

#include "launcher/config.hpp"
#include "launcher/evaluated_run.hpp"

namespace rocm::launcher {

/// What decides how pictures are drawn, by key: model.* without the device and what only a gradient
/// needs.
[[nodiscard]] std::map<std::string, std::string> sampling_settings(const Config& config);

/// Runs that are compared share the base model's pictures. Throws Failure(kUsage) naming the first
/// setting in which one departs from the first.
void require_same_sampling(std::span<const EvaluatedRun> runs);

}  // namespace rocm::launcher
