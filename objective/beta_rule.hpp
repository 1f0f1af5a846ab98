// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include <ATen/core/Tensor.h>

#include "objective/method.hpp"

namespace rocm::objective {

/// How a given beta moves over a run.
enum class BetaSchedule : std::uint8_t { kConstant, kLinear, kCosine };

struct BetaOptions {
  std::optional<double> beta = 0.1;  ///< nothing: found from the reward ("auto")

  BetaSchedule schedule = BetaSchedule::kConstant;  ///< of a given beta
  double end = 0.0;                                 ///< where the schedule ends
  std::int64_t iterations = 1;                      ///< and at which step

  double share = 0.1;             ///< auto: beta * sum D as a share of |reward|
  std::int64_t probe_steps = 10;  ///< auto: steps with beta 0 that are looked at first
  double rate = 0.0;  ///< auto: share of the way, in log beta, that every later step goes; 0: held
};

/// The weight of the divergence, step by step. "auto" is the paper's rule, a divergence one order
/// of magnitude below the reward: a probe of unregularised steps, of which the second half is
/// averaged, says at which beta that is so; later the share is held, if asked to, by a slow
/// controller in log beta. Note that it lowers beta as the divergence grows; it does not bound the
/// divergence.
class BetaRule {
 public:
  explicit BetaRule(const BetaOptions& options) : options_(options) {}

  /// For optimiser step k, from 1. Depends on what was observed before only for "auto".
  [[nodiscard]] double at_step(std::int64_t k) const;

  /// What one more step gave. A step without finite numbers is not counted.
  void observe(const BatchMeans& means);

  /// float64 [4]; undefined for a given beta.
  [[nodiscard]] at::Tensor state() const;
  /// Throws Failure(kCheckpoint) if it is not what state() gives.
  void restore(const at::Tensor& state);

 private:
  struct Controller {
    double probed = 0.0;  ///< steps
    double reward_sum = 0.0;
    double penalty_sum = 0.0;
    double beta = 0.0;  ///< 0 while probing
  };

  void probe(const BatchMeans& means);

  BetaOptions options_;
  Controller controller_;
};

}  // namespace rocm::objective
