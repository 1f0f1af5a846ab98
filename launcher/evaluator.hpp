// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/prompts.hpp"
#include "dist/communicator.hpp"
#include "launcher/assembly.hpp"
#include "launcher/picture_drawer.hpp"
#include "launcher/scoring.hpp"

namespace rocm::launcher {

/// A score of the held-out pictures, base model and policy on the same prompts and noise.
struct ScoreComparison {
  std::string name;
  double base = 0.0;            ///< mean
  double policy = 0.0;          ///< mean
  double standard_error = 0.0;  ///< of the mean paired difference policy - base
};

/// Equal on all ranks.
struct EvaluationReport {
  std::int64_t step = 0;
  std::int64_t images = 0;
  std::vector<ScoreComparison> scores;
  double divergence = 0.0;  ///< mean over pictures of the sum over transitions
  objective::DivergenceKind divergence_kind = objective::DivergenceKind::kKl;
  at::Tensor base_pixels_NHWC;    ///< uint8
  at::Tensor policy_pixels_NHWC;  ///< uint8
};

/// Looks at a fixed set of prompts with fixed noise (noise keys of step 0), every picture computed
/// alone, so that two evaluations differ by the policy and nothing else.
class Evaluator {
 public:
  /// Reads prompts and scores: the rewards as metrics, then [[evaluation.score]]. Not collective.
  Evaluator(Assembly& assembly, dist::Communicator& communicator);

  /// Collective.
  [[nodiscard]] EvaluationReport evaluate(std::int64_t step);

 private:
  /// One policy's pictures of this rank, and what was measured of them.
  struct Pictures {
    at::Tensor pixels_NHWC;
    std::vector<std::vector<double>> scores;  ///< [score][picture]
    std::vector<double> divergences;
  };

  [[nodiscard]] Subject subject_of(std::int64_t image) const;
  /// The base model's where adapter is null.
  [[nodiscard]] Pictures pictures(const model::LowRankAdapter* adapter) const;

  Assembly& assembly_;
  dist::Communicator& communicator_;
  data::PromptSet prompts_;
  Scores scores_;
  PictureDrawer drawer_;
  std::int64_t first_ = 0;  ///< pictures of this rank: [first_, last_)
  std::int64_t last_ = 0;
  Pictures base_;  ///< never changes, so drawn once
};

}  // namespace rocm::launcher
