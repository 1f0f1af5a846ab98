// SPDX-License-Identifier: Apache-2.0
#include "objective/jensen_shannon.hpp"

#include <cmath>
#include <numbers>

#include <ATen/ops/arange.h>
#include <ATen/ops/where.h>

namespace rocm::objective {
namespace {

// Shape legend: B samples, K quadrature nodes s >= 0 (the integrands are even).

constexpr double kSeriesBelow = 0.02;                   // Delta
constexpr double kSteepestSlope = 0.23365987963880552;  // max of JS'(Delta), at Delta = 1.636

/// Enough for |s| <= 84 at step 1/2, and for 9 Delta at step Delta/2.
constexpr std::int64_t kNodes = 169;

struct Quadrature {
  at::Tensor s_BK;
  at::Tensor weight_BK;  ///< step * e^{-s^2 / (2 Delta^2)}, both signs of s counted
};

Quadrature quadrature(const at::Tensor& delta_B) {
  const at::Tensor step_B1 = delta_B.div(2.0).clamp_max(0.5).unsqueeze(1);
  const at::Tensor reach_B1 = delta_B.mul(9.0).clamp_max(84.0).unsqueeze(1);
  const at::Tensor node_K = at::arange(kNodes, delta_B.options());
  const at::Tensor s_BK = step_B1.mul(node_K);
  const at::Tensor both_signs_K = node_K.gt(0.0).to(node_K.scalar_type()).add(1.0);
  const at::Tensor gauss_BK = s_BK.div(delta_B.unsqueeze(1)).pow(2).div(-2.0).exp();
  const at::Tensor weight_BK = gauss_BK.mul(step_B1).mul(both_signs_K);
  return {.s_BK = s_BK, .weight_BK = weight_BK.masked_fill(s_BK.gt(reach_B1), 0.0)};
}

/// JS'(Delta) / (2 Delta), the slope in Delta^2.
at::Tensor slope_by_quadrature(const at::Tensor& delta_B, const Quadrature& rule) {
  const at::Tensor half_cosh_BK = rule.s_BK.div(2.0).cosh().mul(2.0);
  const at::Tensor integral_B = rule.weight_BK.div(half_cosh_BK).sum(1);
  const double scale = 1.0 / (2.0 * std::sqrt(2.0 * std::numbers::pi));
  return delta_B.pow(2).div(-8.0).exp().mul(integral_B).mul(scale).div(delta_B.mul(2.0));
}

at::Tensor value_by_quadrature(const at::Tensor& delta_B, const Quadrature& rule) {
  const at::Tensor half_BK = rule.s_BK.div(2.0);
  const at::Tensor tail_BK = rule.s_BK.neg().exp().log1p().mul(half_BK.cosh());
  const at::Tensor integrand_BK = tail_BK.add(half_BK.mul(half_BK.neg().exp()));
  const at::Tensor integral_B = rule.weight_BK.mul(integrand_BK).sum(1);
  const at::Tensor scale_B =
      delta_B.pow(2).div(-8.0).exp().div(delta_B.mul(std::sqrt(2.0 * std::numbers::pi)));
  return scale_B.mul(integral_B).neg().add(std::numbers::ln2);
}

/// q (1/8 - q (1/64 - q (1/384 - 5 q / 6144))), q = Delta^2.
at::Tensor value_by_series(const at::Tensor& q_B) {
  const at::Tensor inner_B = q_B.mul(-5.0 / 6144.0).add(1.0 / 384.0);
  return q_B.mul(q_B.mul(q_B.mul(inner_B).neg().add(1.0 / 64.0)).neg().add(0.125));
}

at::Tensor slope_by_series(const at::Tensor& q_B) {
  const at::Tensor inner_B = q_B.mul(-20.0 / 6144.0).add(1.0 / 128.0);
  return q_B.mul(q_B.mul(inner_B).neg().add(1.0 / 32.0)).neg().add(0.125);
}

}  // namespace

DivergenceValue JensenShannon::operator()(const at::Tensor& q_B, double, const at::Tensor&) const {
  const at::Tensor delta_B = q_B.sqrt();
  const at::Tensor small_B = delta_B.lt(kSeriesBelow);
  const at::Tensor safe_B = delta_B.clamp_min(kSeriesBelow);  // keeps the unused branch finite
  const Quadrature rule = quadrature(safe_B);
  const at::Tensor slope_B =
      at::where(small_B, slope_by_series(q_B), slope_by_quadrature(safe_B, rule));
  return {.value_B = at::where(small_B, value_by_series(q_B), value_by_quadrature(safe_B, rule)),
          .slope_B = slope_B,
          .active_fraction_B = slope_B.mul(delta_B).mul(2.0 / kSteepestSlope),
          .pull_left_B = slope_B.mul(8.0)};
}

}  // namespace rocm::objective
