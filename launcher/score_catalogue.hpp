// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "launcher/computation.hpp"
#include "launcher/config/reward_config.hpp"
#include "model/rewards/reward.hpp"
#include "model/rewards/reward_mixture.hpp"
#include "model/rewards/tensor_resize.hpp"

namespace rocm::launcher {

/// Scores by their names in the configuration. Files that are read are added to `files`. Throws
/// Failure(kUsage) for a score that lacks its path, Failure(kInput) for its files.
class ScoreCatalogue {
 public:
  ScoreCatalogue(const Computation& computation, std::vector<std::filesystem::path>& files)
      : computation_(computation), files_(files) {}

  [[nodiscard]] std::unique_ptr<model::Score> score(const ScoreConfig& config);
  /// A score without a gradient becomes a reward that is not differentiable.
  [[nodiscard]] model::RewardMixture mixture(std::span<const RewardConfig> configs,
                                             const model::MixtureOptions& options = {});

 private:
  [[nodiscard]] std::unique_ptr<model::Score> make(ScoreName name,
                                                   const std::optional<std::string>& path,
                                                   const model::TensorResize& resize);
  [[nodiscard]] std::unique_ptr<model::Reward> reward(const RewardConfig& config);

  Computation computation_;
  std::vector<std::filesystem::path>& files_;
};

}  // namespace rocm::launcher
