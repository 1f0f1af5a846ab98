// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "model/low_rank_adapter.hpp"
#include "objective/unit.hpp"

namespace rocm::objective {

/// What a method remembers from step to step, by name.
using MethodState = std::map<std::string, at::Tensor>;

/// What one optimiser step learns from.
struct Batch {
  std::int64_t step = 0;        ///< optimiser step, from 1
  std::span<const Unit> units;  ///< of this rank, in sample order
  std::int64_t size = 0;        ///< samples over all ranks
  const model::LowRankAdapter& adapter;
};

/// Means over the batch of all ranks: the same bits on each. NaN where nothing was measured.
struct BatchMeans {
  double reward = 0.0;
  double penalty = 0.0;  ///< of UnitEvaluation::penalty_B
};

/// How a policy learns: what is rolled out, what is kept of it, what is minimised. One file per
/// method; docs/extending.md shows how to write one. For every batch the trainer calls begin(),
/// then passes() times: evaluate() of each unit, one sum over all ranks, update() and the
/// optimiser's step; then finish(). All members are called on every rank in the same order, so
/// that those which say so may be collective.
class Method {
 public:
  virtual ~Method() = default;

  /// Before any gradient: what must be known of the whole batch. Collective.
  virtual void begin(const Batch& batch) = 0;

  /// How many optimiser updates one batch is used for.
  [[nodiscard]] virtual std::int64_t passes() const { return 1; }

  /// Loss and gradient of batch.units[unit], its share of the batch's mean. Not collective.
  [[nodiscard]] virtual UnitEvaluation evaluate(const Batch& batch, std::size_t unit) const = 0;

  /// One step of the method's own parameters, along the sum of all own_gradient. Not called if it
  /// has none.
  virtual void update(const at::Tensor& /*own_gradient*/) {}

  /// After the batch.
  virtual void finish(const BatchMeans& /*means*/) {}

  /// The weight of the divergence in use; 0 for methods without one.
  [[nodiscard]] virtual double beta() const { return 0.0; }

  /// All that a resume needs beside the adapter and its optimiser; the same on every rank.
  [[nodiscard]] virtual MethodState state() const { return {}; }

  /// Takes what state() gave. Throws Failure(kCheckpoint) if it is another method's.
  virtual void restore(const MethodState& /*state*/) {}
};

}  // namespace rocm::objective
