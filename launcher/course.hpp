// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "data/run/checkpoint.hpp"
#include "data/run/run_folder.hpp"
#include "launcher/config.hpp"

namespace rocm::launcher {

/// The settings that decide the course of a run, by key (settings_by_key). What only decides how
/// long it goes, how it is spread, watched or stored may change between attempts and is left out.
using Course = std::map<std::string, std::string>;

[[nodiscard]] Course course_of(const Config& config);

/// Throws Failure(kUsage) that names the settings in which the configuration departs from the
/// course that a checkpoint keeps in its state under "course".
void require_same_course(const data::Checkpoint& checkpoint, const Config& config);

/// The same of a run that has ended without a checkpoint, by its resolved.toml: it would be trained
/// anew, and its result lost.
void require_same_course(const data::RunFolder& finished, const Config& config);

}  // namespace rocm::launcher
