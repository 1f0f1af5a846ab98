// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "data/prompts.hpp"
#include "data/records/comparison_record.hpp"
#include "launcher/command_line.hpp"
#include "launcher/config.hpp"
#include "launcher/picture_drawer.hpp"

namespace rocm::launcher {

/// What `evaluate` is going to do, with everything checked that can be checked before the first
/// picture.
struct EvaluationPlan {
  Config config;  ///< how pictures are drawn: [model], run.seed, run.threads, dist.timeout_s
  data::PromptSet prompts;
  std::int64_t seeds = 1;  ///< pictures of a prompt
  std::vector<ScoreConfig> scores;
  DivergenceMeasure measure;
  std::vector<data::ComparedPolicy> policies;  ///< the base model first

  [[nodiscard]] std::int64_t samples() const {
    return static_cast<std::int64_t>(prompts.lines.size()) * seeds;
  }
};

/// Reads runs, prompts and adapters, each of which must fit the model; not the weights. Not
/// collective. Throws Failure(kUsage), (kInput) and (kCheckpoint).
[[nodiscard]] EvaluationPlan evaluation_plan(const EvaluateRequest& request);

/// What the plan adds to the file: how pictures were drawn and measured.
[[nodiscard]] std::vector<std::pair<std::string, data::HdfValue>> attributes_of(
    const EvaluationPlan& plan);

}  // namespace rocm::launcher
