// SPDX-License-Identifier: Apache-2.0
#include "objective/sampled_jensen_shannon.hpp"

#include <ATen/ops/where.h>

#include "dist/base/contract.hpp"

namespace rocm::objective {
namespace {

// Shape legend: S draws, B samples. l = ln q/p.

/// r(l) = ln 2 - ln(1 + e^-l), without cancellation near 0 and without overflow far from it.
at::Tensor log_share(const at::Tensor& l) {
  return l.clamp_max(0.0).sub(l.abs().neg().expm1().div(2.0).log1p());
}

/// r(l) / l, whose limit at 0 is 1/2.
at::Tensor log_share_per_ratio(const at::Tensor& l) {
  const at::Tensor zero = l.eq(0.0);
  return log_share(l).div(l.masked_fill(zero, 1.0)).masked_fill(zero, 0.5);
}

/// f(e^l) = e^h (h sinh h - cosh h ln cosh h), h = l/2: all digits for small l.
at::Tensor generator_near_one(const at::Tensor& l) {
  const at::Tensor h = l.div(2.0).clamp(-0.5, 0.5);  // keeps the unused branch finite
  const at::Tensor log_cosh = h.div(2.0).sinh().pow(2).mul(2.0).log1p();
  return h.exp().mul(h.mul(h.sinh()).sub(h.cosh().mul(log_cosh)));
}

at::Tensor generator(const at::Tensor& l) {
  const at::Tensor far = l.exp().mul(log_share(l)).add(log_share(l.neg())).div(2.0);
  return at::where(l.abs().lt(1.0), generator_near_one(l), far);
}

}  // namespace

SampledJensenShannon::SampledJensenShannon(std::int64_t draws) : draws_(draws) {
  expects(draws >= 1, "at least one draw");
}

DivergenceValue SampledJensenShannon::operator()(const at::Tensor& q_B, double sigma,
                                                 const at::Tensor& v_SB) const {
  expects(
      v_SB.defined() && v_SB.dim() == 2 && v_SB.size(0) == draws_ && v_SB.size(1) == q_B.size(0),
      "one row per draw, one column per sample");
  const at::Tensor delta_B = q_B.sqrt();
  const at::Tensor midway_SB = v_SB.add(delta_B.div(2.0));  // between the two means, along d
  const at::Tensor l_SB = midway_SB.mul(delta_B).neg();
  const at::Tensor slope_SB =
      l_SB.exp().mul(log_share_per_ratio(l_SB)).mul(midway_SB).mul(v_SB.add(delta_B)).div(4.0);
  DivergenceValue judged = exact_(q_B, sigma, {});
  judged.value_B = generator(l_SB).mean(0);
  judged.slope_B = slope_SB.mean(0);
  return judged;
}

}  // namespace rocm::objective
