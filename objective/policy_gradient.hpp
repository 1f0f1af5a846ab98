// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/rollout.hpp"
#include "model/step_replay.hpp"
#include "objective/divergence.hpp"
#include "objective/method.hpp"
#include "objective/phase.hpp"
#include "objective/pipeline.hpp"

namespace rocm::objective {

// Shape legend: B samples of a unit, M transitions, C channels, H x W latent pixels.

/// Every rank's values, one rank after the other, on each rank: sample order. Collective.
using GatherInSampleOrder = std::function<std::vector<double>(std::span<const double> mine)>;

struct PolicyGradientOptions {
  std::int64_t passes = 1;         ///< optimiser updates per batch
  bool counts_last_step = false;   ///< divide by one more transition, whose ratio is always 1
  std::int64_t measure_every = 0;  ///< measure a divergence at every m-th step; 0: never
  DivergenceKind measure = DivergenceKind::kKl;
  model::DistanceReduction reduction = model::DistanceReduction::kMean;
  PhaseListener on_phase = {};
};

/// The whole batch, of all ranks in sample order.
struct BatchRewards {
  std::vector<double> reward;
  std::vector<std::int64_t> prompt_id;
};

/// What a unit's rollout left behind. No tensor carries a graph.
struct Experience {
  UnitEvaluation rollout;                     ///< without loss and gradient
  std::vector<at::Tensor> next_state_BCHW;    ///< x_{n+1}, per transition
  std::vector<at::Tensor> log_probability_B;  ///< of x_{n+1} under the policy that sampled it
  at::Tensor signal_B;  ///< what the method makes of the rewards: advantages, say
};

/// One transition of an experience, seen by the policy that learns.
struct ReplayedTransition {
  std::size_t n = 0;
  const Unit& unit;
  const Experience& experience;
  model::StepOutputs outputs;    ///< carries the graph
  at::Tensor log_probability_B;  ///< carries the graph
  model::StepOutputs reference;  ///< of the adapter off, without a graph; only if it is used
};

/// Methods that need no gradient of the reward: they sample with the policy, and change it so that
/// transitions of good samples become likelier. Step by step: roll out and score every unit without
/// a graph; gather the rewards of all ranks; then, transition by transition, minimise loss_B().
class PolicyGradient : public Method {
 public:
  PolicyGradient(const Pipeline& pipeline, GatherInSampleOrder gather,
                 PolicyGradientOptions options);

  void begin(const Batch& batch) final;

  [[nodiscard]] std::int64_t passes() const final { return options_.passes; }

  [[nodiscard]] UnitEvaluation evaluate(const Batch& batch, std::size_t unit) const final;

 protected:
  /// What each sample of the batch is told about its reward; called once per batch, with the same
  /// arguments on every rank.
  [[nodiscard]] virtual std::vector<double> signals(const BatchRewards& rewards) = 0;

  /// The loss [B] of one transition, with a graph. Its mean over samples and transitions counts.
  [[nodiscard]] virtual at::Tensor loss_B(const ReplayedTransition& transition) const = 0;

  /// Whether loss_B() looks at the reference.
  [[nodiscard]] virtual bool uses_reference() const { return false; }

  /// The gradient of the method's own parameters, flat, times 1 / (batch size * transitions);
  /// undefined if it has none.
  [[nodiscard]] virtual at::Tensor own_gradient(const Batch& /*batch*/, const Unit& /*unit*/,
                                                const Experience& /*experience*/) const {
    return {};
  }

  [[nodiscard]] const model::SamplingSchedule& schedule() const {
    return pipeline_.policy.schedule();
  }

 private:
  [[nodiscard]] Experience experience_of(const Batch& batch, const Unit& unit) const;
  void score(const Unit& unit, UnitEvaluation& rollout) const;
  void measure(UnitEvaluation& rollout) const;
  [[nodiscard]] BatchRewards gather_rewards(const Batch& batch) const;
  void begin_phase(Phase phase) const;

  Pipeline pipeline_;
  GatherInSampleOrder gather_;
  PolicyGradientOptions options_;
  std::vector<Experience> experiences_;  ///< one per unit of this rank
};

}  // namespace rocm::objective
