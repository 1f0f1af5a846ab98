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
#include "objective/unit.hpp"

namespace rocm::launcher {

/// The samples first, first + 1, ... first + count - 1 of the global batch.
struct Share {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

/// Units are dealt in blocks: rank order is sample order. world_size divides num_units.
[[nodiscard]] Share share_of(int rank, int world_size, std::int64_t num_units,
                             std::int64_t micro_batch);

/// Which prompt a group of samples of a step draws.
using PromptRule = std::function<std::int64_t(std::int64_t step, std::int64_t group)>;

/// What a rank has to evaluate at a step. A pure function of (step, share): nothing depends on the
/// rank count or on where a run was resumed.
class Workload {
 public:
  /// group: how many samples that follow each other share prompt and initial latent.
  Workload(const data::PromptSet& prompts, PromptRule prompt_of, std::unique_ptr<NoiseSource> noise,
           PromptEncoder& encode, const at::TensorOptions& options, std::int64_t group = 1);

  /// share.count is a multiple of micro_batch.
  [[nodiscard]] std::vector<objective::Unit> units_at(std::int64_t step, const Share& share,
                                                      std::int64_t micro_batch) const;

 private:
  [[nodiscard]] at::Tensor noise_of(std::int64_t step, std::int64_t sample) const;
  [[nodiscard]] objective::Unit unit_of(std::int64_t step, const Share& samples) const;

  const data::PromptSet& prompts_;
  PromptRule prompt_of_;
  std::unique_ptr<NoiseSource> noise_;
  PromptEncoder& encode_;
  at::TensorOptions options_;
  std::int64_t group_;
};

}  // namespace rocm::launcher
