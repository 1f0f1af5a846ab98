// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

#include "data/low_rank_pair.hpp"
#include "launcher/computation.hpp"
#include "launcher/config/lora_config.hpp"
#include "model/low_rank_adapter.hpp"

namespace rocm::launcher {

/// The plan of [lora]: which layers, which rank, which scale.
[[nodiscard]] model::AdapterPlan plan_of(const LoraConfig& config);

/// Throws Failure(kUsage), naming the nearest layers, when a target named none of the network that
/// the plan was filled by.
void expect_all_targets_matched(const model::AdapterPlan& plan);

/// A fresh adapter.
[[nodiscard]] model::LowRankAdapter fresh_adapter(const LoraConfig& config,
                                                  const model::AdapterPlan& plan,
                                                  std::uint64_t seed,
                                                  const Computation& computation);

/// The adapter with the effect of a file of any known format: the file fixes the function, the plan
/// the parameterisation (B is rescaled). Files read are added to `files`. Throws Failure(kInput)
/// unless it holds exactly the plan's layers, with the plan's rank.
[[nodiscard]] model::LowRankAdapter loaded_adapter(const std::filesystem::path& path,
                                                   const model::AdapterPlan& plan,
                                                   const Computation& computation,
                                                   std::vector<std::filesystem::path>& files);

/// What a file stores of an adapter, fp32 (fp64 in double precision) on the CPU.
[[nodiscard]] data::LowRankModules modules_of(const model::LowRankAdapter& adapter,
                                              const model::AdapterPlan& plan);

}  // namespace rocm::launcher
