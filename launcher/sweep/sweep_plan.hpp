// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "launcher/config.hpp"
#include "launcher/config/override.hpp"
#include "launcher/config/setting.hpp"

namespace rocm::launcher {

/// One run of a sweep.
struct SweepMember {
  std::string id;               ///< also its run.name
  std::vector<Setting> values;  ///< of the swept keys
  Config config;                ///< complete and valid; run.output is the sweep's folder
};

/// Every run of a sweep, in the order of its loops: the key that the file has first is the
/// outermost one, the last changes fastest.
struct SweepPlan {
  std::filesystem::path file;     ///< the configuration
  std::filesystem::path folder;   ///< of the members' run folders: run.output/run.name
  std::vector<std::string> keys;  ///< swept, in the order of the ids' parts
  std::vector<SweepMember> members;
};

/// Reads a configuration with a [sweep] and makes all of its members, each as `train` would read
/// it. `overrides` may give swept keys other values (override_axes); the others are of every
/// member. `ranks` have to share each batch evenly. Throws Failure(kUsage) naming file:line:column
/// or the member.
[[nodiscard]] SweepPlan plan_sweep(const std::filesystem::path& file,
                                   std::span<const Override> overrides, int ranks = 1);

/// The same from TOML text; `file` stands for it in messages.
[[nodiscard]] SweepPlan parse_sweep(const std::string& text, const std::filesystem::path& file,
                                    std::span<const Override> overrides = {}, int ranks = 1);

}  // namespace rocm::launcher
