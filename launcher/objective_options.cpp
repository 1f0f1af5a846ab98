// SPDX-License-Identifier: Apache-2.0
#include "launcher/objective_options.hpp"

#include <algorithm>

namespace rocm::launcher {
namespace {

std::size_t live_steps(const ObjectiveConfig& config, std::size_t num_steps) {
  const auto* count = std::get_if<std::int64_t>(&config.truncate);
  return count == nullptr ? num_steps : std::min(static_cast<std::size_t>(*count), num_steps);
}

std::size_t kept_steps(const ModelConfig& config, std::size_t num_steps) {
  if (const auto* count = std::get_if<std::int64_t>(&config.checkpoint))
    return std::min(static_cast<std::size_t>(*count), num_steps);
  return std::get<CheckpointRule>(config.checkpoint) == CheckpointRule::kNone ? num_steps : 0;
}

}  // namespace

objective::RocmOptions objective_options(const Config& config, std::size_t num_steps) {
  const bool full = config.objective.reference_gradient == ReferenceGradient::kFull;
  return {.divergence = config.objective.divergence,
          .beta = std::get<double>(config.objective.beta),
          .reference = full ? model::ReferenceUse::kFull : model::ReferenceUse::kDetached,
          .reduction = config.objective.reduction,
          .truncate = live_steps(config.objective, num_steps),
          .kept_steps = kept_steps(config.model, num_steps),
          .recompute_decoder = config.model.checkpoint_decoder == DecoderCheckpoint::kRecompute};
}

}  // namespace rocm::launcher
