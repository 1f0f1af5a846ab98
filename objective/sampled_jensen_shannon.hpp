// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objective/jensen_shannon.hpp"

namespace rocm::objective {

/// The paper's estimator of the Jensen-Shannon divergence (ROCM, arXiv 2503.06171): draw
/// x = mu + sigma u from the policy p, average f(q(x) / p(x)) over the draws, q being the
/// reference,
///   f(t) = (t ln t - (1 + t) ln((1 + t) / 2)) / 2,
/// and differentiate through x and through the ratio.
///
/// One number per draw is enough. With d = (mu - mu') / sigma, so that |d| = Delta,
///   ln q/p = (|u|^2 - |u + d|^2) / 2 = -Delta^2/2 - d.u = -Delta^2/2 - Delta v,   v = d.u / Delta,
/// and v ~ N(0,1) exactly, whatever the direction of d and the number of dimensions, because u is
/// isotropic. So v itself is drawn, and the value has the distribution of the paper's. The gradient
/// holds v fixed where the paper's holds u: it lacks the pull of u's part across d, whose mean
/// given v is 0. Same mean, less noise.
///
/// In l = ln q/p, with r(l) = ln 2 - ln(1 + e^-l) = 2 e^-l df/dl and rho(l) = r(l) / l,
///   f = (e^l r(l) + r(-l)) / 2,   df/d(Delta^2) = e^l rho(l) (Delta/2 + v) (Delta + v) / 4.
/// f and f' vanish at t = 1, so the slope is finite at Delta = 0 (v^2/8, of mean 1/8 as JS has it)
/// and no distance means no divergence and no pull, for every draw. l <= v^2/2: nothing overflows.
class SampledJensenShannon final : public Divergence {
 public:
  /// draws: per sample and transition, at least 1.
  explicit SampledJensenShannon(std::int64_t draws);

  [[nodiscard]] std::int64_t draws() const override { return draws_; }

  /// active_fraction_B and pull_left_B are those of the exact divergence, of the mean pull.
  DivergenceValue operator()(const at::Tensor& squared_distance_B, double sigma,
                             const at::Tensor& deviate_SB) const override;

 private:
  std::int64_t draws_;
  JensenShannon exact_;
};

}  // namespace rocm::objective
