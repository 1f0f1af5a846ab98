// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/run/run_folder.hpp"
#include "dist/topology.hpp"
#include "launcher/assembly.hpp"
#include "launcher/command_line.hpp"
#include "launcher/environment.hpp"
#include "launcher/rank_group.hpp"

namespace rocm::launcher {

/// config.toml, resolved.toml and environment.json of a run.
[[nodiscard]] data::RunDescription run_description(const TrainRequest& request,
                                                   const Assembly& assembly,
                                                   const dist::Topology& topology,
                                                   const std::vector<InputFile>& inputs);

/// Throws SharedFailure(kUsage), naming the rank that differs, unless all ranks run the same
/// program with the same configuration on the same input files, whose digests it returns: gigabytes
/// of weights are read for them once. Collective.
std::vector<InputFile> require_same_start(RankGroup& ranks, const Assembly& assembly);

}  // namespace rocm::launcher
