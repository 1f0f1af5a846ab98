// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/rollout.hpp"
#include "objective/divergence.hpp"
#include "objective/phase.hpp"
#include "objective/pipeline.hpp"
#include "objective/unit.hpp"

namespace rocm::objective {

struct RocmOptions {
  DivergenceKind divergence = DivergenceKind::kKl;
  double beta = 0.1;
  model::ReferenceUse reference = model::ReferenceUse::kDetached;
  model::DistanceReduction reduction = model::DistanceReduction::kMean;
  std::vector<double> transition_weights = {};  ///< w_n of the divergences; empty: all 1
  std::size_t truncate = 0;        ///< K: gradients flow through the last K network calls
  std::size_t kept_steps = 0;      ///< step graphs that are kept instead of recomputed
  bool recompute_decoder = false;  ///< decode again in the backward pass, instead of keeping it
  PhaseListener on_phase = {};
};

/// J(theta) = E[ r(x0, c) - beta * sum_n w_n D(p_theta(.|x_n, c) || p_ref(.|x_n, c)) ], equation 10
/// of ROCM (arXiv 2503.06171) with w = 1, and its gradient through the whole rollout with the noise
/// held fixed.
class RocmObjective {
 public:
  RocmObjective(const Pipeline& pipeline, const RocmOptions& options);

  [[nodiscard]] const Pipeline& pipeline() const { return pipeline_; }

  /// One unit's share of the batch loss, (1/batch_size) sum_B [-r + beta sum_n w_n D_n], and its
  /// gradient with respect to the adapter. Not collective.
  [[nodiscard]] UnitEvaluation evaluate(const Unit& unit, const model::LowRankAdapter& adapter,
                                        std::int64_t batch_size) const;

  /// Keeps the graphs of the last `steps` steps from now on. Gradients stay the same to the bit.
  void keep_steps(std::size_t steps) { options_.kept_steps = steps; }

  /// The same with another weight of the divergence.
  [[nodiscard]] RocmObjective weighing(double beta) const;

  /// The same with gradients through the last `steps` network calls.
  [[nodiscard]] RocmObjective truncated(std::size_t steps) const;

  /// The same along another policy, which outlives it.
  [[nodiscard]] RocmObjective along(const model::Policy& policy) const;

  /// The same, telling `on_phase` what runs.
  [[nodiscard]] RocmObjective telling(PhaseListener on_phase) const;

  /// Measures `divergence` without using it, for policies that are trained with none.
  [[nodiscard]] RocmObjective measuring(DivergenceKind divergence) const;

 private:
  RocmObjective(const RocmObjective& other, const Pipeline& pipeline)
      : pipeline_(pipeline), options_(other.options_), divergence_(other.divergence_) {}

  [[nodiscard]] model::RolloutOptions rollout_options() const;
  /// r(decode(x0), c) for a unit and the gradient of its sum at x0.
  struct ScoredSample;
  [[nodiscard]] ScoredSample score(const at::Tensor& sample_BCHW,
                                   const std::vector<std::string>& captions) const;
  [[nodiscard]] double weight_of(std::size_t transition) const;
  void begin(Phase phase) const;

  Pipeline pipeline_;
  RocmOptions options_;
  std::shared_ptr<const Divergence> divergence_;  ///< null: the reference is not evaluated
};

}  // namespace rocm::objective
