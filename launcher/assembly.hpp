// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "data/prompts.hpp"
#include "launcher/computation.hpp"
#include "launcher/config.hpp"
#include "launcher/file_places.hpp"
#include "launcher/generator.hpp"
#include "launcher/phase_meter.hpp"
#include "launcher/workload.hpp"
#include "model/low_rank_adapter.hpp"
#include "model/rewards/reward_mixture.hpp"
#include "objective/rocm_objective.hpp"

namespace rocm::launcher {

/// What the command line adds to a configuration.
struct AssemblyRequest {
  std::optional<std::filesystem::path> lora;   ///< wins over lora.load
  std::optional<std::filesystem::path> noise;  ///< replay file
  int local_rank = 0;
  int ranks_per_host = 1;  ///< that share its memory
  FilePlaces places;       ///< of what both name, on this host
};

/// Everything that a validated configuration names, built: the one place that knows every concrete
/// type of the method. Its parts refer to each other, so it stays where it was made. Building is
/// not collective; Failure(kUsage) for settings, Failure(kInput) for files.
class Assembly {
 public:
  Assembly(const Config& config, const AssemblyRequest& request);
  Assembly(const Assembly&) = delete;  // its parts hold references to each other
  Assembly& operator=(const Assembly&) = delete;

  const Config config;
  const FilePlaces places;
  const Config placed;  ///< config, its files where this host has them: what loading looks at
  const Computation computation;
  std::vector<std::filesystem::path> inputs;  ///< every file that was read
  model::AdapterPlan plan;
  Generator generator;
  const model::RewardMixture reward;
  const data::PromptSet prompts;
  model::LowRankAdapter adapter;
  PhaseMeter phases;  ///< idle without run.profile_every

  /// What methods of the first order minimise, before any of them changes its options.
  objective::RocmObjective objective;

  /// Prompts and noise of every sample of a batch of `batch_size`. The assembly outlives it.
  [[nodiscard]] Workload workload(std::int64_t batch_size);
  [[nodiscard]] NoiseShape noise_shape() const;

 private:
  [[nodiscard]] model::LowRankAdapter first_adapter(const AssemblyRequest& request);

  std::optional<std::filesystem::path> noise_;
};

}  // namespace rocm::launcher
