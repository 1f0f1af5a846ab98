// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/image_decoder.hpp"
#include "model/keyed_noise.hpp"
#include "model/policy.hpp"
#include "model/rewards/reward_mixture.hpp"
#include "model/rollout.hpp"
#include "objective/divergence.hpp"
#include "objective/phase.hpp"

namespace rocm::objective {

// Shape legend: B samples of a unit, C channels, H x W pixels, N steps, M transitions, L tokens.

/// One unit of work: samples that go through the networks together.
struct Unit {
  at::Tensor text_BLD;
  at::Tensor z_NBCHW;  ///< z[0] the initial latent, z[n] the noise of transition n
  std::vector<std::string> captions;
  std::vector<model::NoiseKey> keys;  ///< of whatever else is drawn for a sample
};

/// Everything that the objective says about a unit. No tensor carries a graph.
struct UnitEvaluation {
  model::Trajectory trajectory;
  at::Tensor image_BCHW;
  at::Tensor reward_B;                   ///< of the mixture, float64
  std::vector<at::Tensor> raw_reward_B;  ///< one per reward, float64
  at::Tensor delta_MB;                   ///< |mu - mu_ref| / sigma after the reduction, float64
  at::Tensor divergence_MB;              ///< float64; like delta undefined if not measured
  at::Tensor active_fraction_MB;         ///< float64
  at::Tensor loss_B;                     ///< -r + beta * sum_n D_n, float64
  at::Tensor gradient;                   ///< flat, of sum(loss_B) / batch_size; see evaluate()
};

struct RocmOptions {
  DivergenceKind divergence = DivergenceKind::kKl;
  double beta = 0.1;
  model::ReferenceUse reference = model::ReferenceUse::kDetached;
  model::DistanceReduction reduction = model::DistanceReduction::kMean;
  std::int64_t js_draws = 0;       ///< of the sampled Jensen-Shannon divergence; 0: the exact one
  std::size_t truncate = 0;        ///< K: gradients flow through the last K network calls
  std::size_t kept_steps = 0;      ///< step graphs that are kept instead of recomputed
  bool recompute_decoder = false;  ///< decode again in the backward pass, instead of keeping it
  PhaseListener on_phase = {};
};

/// The frozen parts that turn noise into a scored picture. Owned by the caller.
struct Pipeline {
  const model::Policy& policy;
  const model::ImageDecoder& decode;
  const model::RewardMixture& reward;
};

/// J(theta) = E[ r(x0, c) - beta * sum_n D(p_theta(.|x_n, c) || p_ref(.|x_n, c)) ], equation 10 of
/// ROCM (arXiv 2503.06171), and its gradient through the whole rollout with the noise held fixed.
class RocmObjective {
 public:
  RocmObjective(const Pipeline& pipeline, const RocmOptions& options);

  /// One unit's share of the batch loss, (1/batch_size) sum_B [-r + beta sum_n D_n], and its
  /// gradient with respect to the adapter. Not collective.
  [[nodiscard]] UnitEvaluation evaluate(const Unit& unit, const model::LowRankAdapter& adapter,
                                        std::int64_t batch_size) const;

  /// Keeps the graphs of the last `steps` steps from now on. Gradients stay the same to the bit.
  void keep_steps(std::size_t steps) { options_.kept_steps = steps; }

  /// The same, telling `on_phase` what runs.
  [[nodiscard]] RocmObjective telling(PhaseListener on_phase) const;

  /// Measures `divergence` without using it, for policies that are trained with none.
  [[nodiscard]] RocmObjective measuring(DivergenceKind divergence) const;

 private:
  [[nodiscard]] model::RolloutOptions rollout_options() const;
  /// r(decode(x0), c) for a unit and the gradient of its sum at x0.
  struct ScoredSample;
  [[nodiscard]] ScoredSample score(const at::Tensor& sample_BCHW, const Unit& unit) const;
  void begin(Phase phase) const;
  [[nodiscard]] std::vector<at::Tensor> judge_distances(const Unit& unit,
                                                        UnitEvaluation& evaluation) const;

  Pipeline pipeline_;
  RocmOptions options_;
  std::shared_ptr<const Divergence> divergence_;  ///< null: the reference is not evaluated
};

}  // namespace rocm::objective
