// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "data/prompts.hpp"
#include "launcher/computation.hpp"
#include "launcher/noise_source.hpp"
#include "launcher/prompt_encoder.hpp"
#include "objective/rocm_objective.hpp"

namespace rocm::launcher {

/// A unit and where its samples belong.
struct WorkUnit {
  objective::Unit unit;
  std::vector<std::int64_t> sample_ids;  ///< index in the global batch
  std::vector<std::int64_t> prompt_ids;  ///< row of the prompt file
};

/// The samples first, first + 1, ... first + count - 1 of the global batch.
struct Share {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// Units are dealt in blocks: rank order is sample order. world_size divides num_units.
[[nodiscard]] Share share_of(int rank, int world_size, std::int64_t num_units,
                             std::int64_t micro_batch);

/// Which prompt a sample of a step draws.
using PromptRule = std::function<std::int64_t(std::int64_t step, std::int64_t sample)>;

/// What a rank has to evaluate at a step. A pure function of (step, share): nothing depends on the
/// rank count or on where a run was resumed.
class Workload {
 public:
  /// seed: of what is drawn beside the noise.
  Workload(const data::PromptSet& prompts, PromptRule prompt_of, std::unique_ptr<NoiseSource> noise,
           PromptEncoder& encode, const at::TensorOptions& options, std::uint64_t seed);

  /// share.count is a multiple of micro_batch.
  [[nodiscard]] std::vector<WorkUnit> units_at(std::int64_t step, const Share& share,
                                               std::int64_t micro_batch) const;

 private:
  [[nodiscard]] WorkUnit unit_of(std::int64_t step, const Share& samples) const;

  const data::PromptSet& prompts_;
  PromptRule prompt_of_;
  std::unique_ptr<NoiseSource> noise_;
  PromptEncoder& encode_;
  at::TensorOptions options_;
  std::uint64_t seed_;
};

}  // namespace rocm::launcher
