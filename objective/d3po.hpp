// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "objective/policy_gradient.hpp"

namespace rocm::objective {

struct D3poOptions {
  double beta = 0.1;        ///< how strongly a preference counts
  double clip_range = 0.1;  ///< ratios to the reference are cut to 1 +- this
};

/// The loss of pairs, at one transition: samples 2i and 2i + 1 are two pictures of one prompt from
/// one initial latent, h is +1 for the better, -1 for the worse, 0 for both if they are equal;
///   -log sigmoid(beta sum over the pair of h log clamp(rho, 1 - c, 1 + c)),
/// rho = p_policy / p_reference of the visited transition. Each sample gets its pair's loss, so
/// that the mean over samples is the mean over pairs; a tie gives no gradient. Source: D3PO (Yang
/// et al., arXiv 2311.13231), equation 8 and its code.
[[nodiscard]] at::Tensor preference_loss(const at::Tensor& log_probability_B,
                                         const at::Tensor& reference_log_probability_B,
                                         const at::Tensor& preference_B,
                                         const D3poOptions& options);

/// Units hold whole pairs: pairs never part.
class D3po final : public PolicyGradient {
 public:
  D3po(const Pipeline& pipeline, GatherInSampleOrder gather, const PolicyGradientOptions& options,
       const D3poOptions& d3po)
      : PolicyGradient(pipeline, std::move(gather), options), options_(d3po) {}

 private:
  [[nodiscard]] std::vector<double> signals(const BatchRewards& rewards) override;
  [[nodiscard]] at::Tensor loss_B(const ReplayedTransition& transition) const override;

  [[nodiscard]] bool uses_reference() const override { return true; }

  D3poOptions options_;
};

}  // namespace rocm::objective
