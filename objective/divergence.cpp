// SPDX-License-Identifier: Apache-2.0
#include "objective/divergence.hpp"

#include <cmath>
#include <numbers>

#include "objective/jensen_shannon.hpp"
#include "objective/sampled_jensen_shannon.hpp"

namespace rocm::objective {
namespace {

/// For divergences that are linear in Delta^2.
DivergenceValue linear(const at::Tensor& q_B, double slope) {
  const at::Tensor ones_B = q_B.new_ones(q_B.sizes());
  return {.value_B = q_B.mul(slope),
          .slope_B = ones_B.mul(slope),
          .active_fraction_B = ones_B,
          .pull_left_B = ones_B};
}

/// KL = Delta^2 / 2; forward and reverse coincide for equal variances.
class KullbackLeibler final : public Divergence {
 public:
  DivergenceValue operator()(const at::Tensor& q_B, double, const at::Tensor&) const override {
    return linear(q_B, 0.5);
  }
};

/// E_p |grad log p - grad log q|^2 = Delta^2 / sigma^2.
class Fisher final : public Divergence {
 public:
  DivergenceValue operator()(const at::Tensor& q_B, double sigma,
                             const at::Tensor&) const override {
    return linear(q_B, 1.0 / (sigma * sigma));
  }
};

/// -ln BC = Delta^2 / 8.
class Bhattacharyya final : public Divergence {
 public:
  DivergenceValue operator()(const at::Tensor& q_B, double, const at::Tensor&) const override {
    return linear(q_B, 0.125);
  }
};

/// H^2 = 1 - exp(-Delta^2 / 8); D'(Delta) = (Delta/4) exp(-Delta^2/8) peaks at Delta = 2.
class Hellinger final : public Divergence {
 public:
  DivergenceValue operator()(const at::Tensor& q_B, double, const at::Tensor&) const override {
    const at::Tensor exponent_B = q_B.div(-8.0);
    const at::Tensor affinity_B = exponent_B.exp();
    const double peak = 0.5 * std::exp(-0.5);
    return {.value_B = exponent_B.expm1().neg(),
            .slope_B = affinity_B.div(8.0),
            .active_fraction_B = q_B.sqrt().mul(affinity_B).div(4.0 * peak),
            .pull_left_B = affinity_B};
  }
};

/// TV = erf(Delta / (2 sqrt 2)); D'(Delta) = exp(-Delta^2/8) / sqrt(2 pi) is largest at 0. In
/// Delta^2 the slope diverges there; the subgradient 0 keeps "no distance, no pull" exact.
class TotalVariation final : public Divergence {
 public:
  DivergenceValue operator()(const at::Tensor& q_B, double, const at::Tensor&) const override {
    const at::Tensor delta_B = q_B.sqrt();
    const at::Tensor affinity_B = q_B.div(-8.0).exp();
    const double peak = 1.0 / std::sqrt(2.0 * std::numbers::pi);
    const at::Tensor slope_B = affinity_B.mul(0.5 * peak).div(delta_B);
    return {.value_B = delta_B.div(2.0 * std::numbers::sqrt2).erf(),
            .slope_B = slope_B.masked_fill(q_B.eq(0.0), 0.0),
            .active_fraction_B = affinity_B,
            .pull_left_B = affinity_B};
  }
};

}  // namespace

std::unique_ptr<Divergence> make_divergence(DivergenceKind kind, std::int64_t js_draws) {
  switch (kind) {
    case DivergenceKind::kKl:
      return std::make_unique<KullbackLeibler>();
    case DivergenceKind::kHellinger:
      return std::make_unique<Hellinger>();
    case DivergenceKind::kJensenShannon:
      if (js_draws > 0) return std::make_unique<SampledJensenShannon>(js_draws);
      return std::make_unique<JensenShannon>();
    case DivergenceKind::kFisher:
      return std::make_unique<Fisher>();
    case DivergenceKind::kBhattacharyya:
      return std::make_unique<Bhattacharyya>();
    case DivergenceKind::kTotalVariation:
      return std::make_unique<TotalVariation>();
    case DivergenceKind::kNone:
      break;
  }
  return nullptr;
}

}  // namespace rocm::objective
