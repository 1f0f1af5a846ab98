// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "objective/rocm_objective.hpp"

namespace rocm::objective {

/// Equation 10 as it stands on paper: one loop, one ordinary autograd graph, both means written
/// out, divergences in closed form. Slow and hungry, but nothing in it is clever, so it can judge
/// the rollout with its step graphs, shared text features and analytic slopes.
class TextbookObjective {
 public:
  TextbookObjective(const Pipeline& pipeline, const RocmOptions& options, Unit unit)
      : pipeline_(pipeline), options_(options), unit_(std::move(unit)) {}

  /// -J, the mean over the unit, with a graph if grad mode is on. The reference's outputs are
  /// `reference` if given (mode kDetached holds them fixed), else those at the visited states.
  [[nodiscard]] at::Tensor loss(const model::LowRankAdapter& adapter,
                                const std::vector<at::Tensor>* reference = nullptr) const;

  /// epsilon_ref(x_n) along the rollout of `adapter`.
  [[nodiscard]] std::vector<at::Tensor> reference_outputs(
      const model::LowRankAdapter& adapter) const;

  /// The gradient of loss() by autograd through the whole graph, flat.
  [[nodiscard]] at::Tensor gradient(const model::LowRankAdapter& adapter) const;

 private:
  [[nodiscard]] at::Tensor divergence_B(std::size_t n, const at::Tensor& mean_BCHW,
                                        const at::Tensor& reference_mean_BCHW) const;

  Pipeline pipeline_;
  RocmOptions options_;
  Unit unit_;
};

}  // namespace rocm::objective
