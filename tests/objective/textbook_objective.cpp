// SPDX-License-Identifier: Apache-2.0
#include "tests/objective/textbook_objective.hpp"

#include <cmath>
#include <numbers>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/softplus.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include "objective/divergence_draws.hpp"

namespace rocm::objective {
namespace {

/// ln 2 - E softplus(Delta u - Delta^2 / 2) over u ~ N(0, 1), by the trapezoid rule on [-10, 10].
at::Tensor jensen_shannon(const at::Tensor& squared_B) {
  constexpr std::int64_t kNodes = 801;
  const at::Tensor u_U = at::linspace(-10.0, 10.0, kNodes, at::kDouble);
  const at::Tensor weight_U = u_U.pow(2).mul(-0.5).exp();
  const at::Tensor s_B1 = squared_B.unsqueeze(1);
  const at::Tensor softplus_BU = at::softplus(s_B1.sqrt().mul(u_U).sub(s_B1.mul(0.5)), 1, 50);
  const at::Tensor mean_B = softplus_BU.mul(weight_U).sum(1).div(weight_U.sum());
  return mean_B.neg().add(std::numbers::ln2);
}

/// f(q/p) with f(t) = (t ln t - (1 + t) ln((1 + t) / 2)) / 2, ln q/p = -Delta^2/2 - Delta v.
at::Tensor sampled_jensen_shannon(const at::Tensor& squared_B, const at::Tensor& v_SB) {
  const at::Tensor l_SB = squared_B.sqrt().mul(v_SB).add(squared_B.mul(0.5)).neg();
  const at::Tensor t_SB = l_SB.exp(), both_SB = t_SB.add(1.0);
  const at::Tensor f_SB = t_SB.mul(l_SB).sub(both_SB.mul(both_SB.div(2.0).log())).div(2.0);
  return f_SB.mean(0);
}

at::Tensor closed_form(DivergenceKind kind, const at::Tensor& squared_B, double sigma) {
  switch (kind) {
    case DivergenceKind::kKl:
      return squared_B.mul(0.5);
    case DivergenceKind::kHellinger:
      return squared_B.div(-8.0).exp().neg().add(1.0);
    case DivergenceKind::kJensenShannon:
      return jensen_shannon(squared_B);
    case DivergenceKind::kFisher:
      return squared_B.div(sigma * sigma);
    case DivergenceKind::kBhattacharyya:
      return squared_B.div(8.0);
    case DivergenceKind::kTotalVariation:
      return squared_B.div(8.0).sqrt().erf();
    case DivergenceKind::kNone:
      break;
  }
  return squared_B.mul(0.0);
}

}  // namespace

at::Tensor TextbookObjective::divergence_B(std::size_t n, const at::Tensor& mean_BCHW,
                                           const at::Tensor& reference_mean_BCHW) const {
  const double sigma = pipeline_.policy.schedule()[n].sigma;
  const at::Tensor squared = mean_BCHW.sub(reference_mean_BCHW).div(sigma).pow(2).flatten(1);
  const bool mean = options_.reduction == model::DistanceReduction::kMean;
  const at::Tensor squared_B = mean ? squared.mean(1) : squared.sum(1);
  if (options_.js_draws == 0) return closed_form(options_.divergence, squared_B, sigma);
  return sampled_jensen_shannon(squared_B,
                                divergence_deviates(unit_.keys, n, options_.js_draws, at::kCPU));
}

at::Tensor TextbookObjective::loss(const model::LowRankAdapter& adapter,
                                   const std::vector<at::Tensor>* reference) const {
  const model::Policy& policy = pipeline_.policy;
  const std::size_t num_steps = policy.schedule().size();
  const bool graph = at::GradMode::is_enabled();
  const auto text = policy.condition(unit_.text_BLD, &adapter);
  const auto reference_text = policy.condition(unit_.text_BLD, nullptr);
  at::Tensor x = unit_.z_NBCHW[0];
  at::Tensor total_B = at::zeros({x.size(0)}, x.options());
  for (std::size_t n = 0; n < num_steps; ++n) {
    const at::AutoGradMode live(graph && n + options_.truncate >= num_steps);
    const at::Tensor mean = policy.mean(n, x, policy.output(n, x, text, &adapter));
    const double sigma = policy.schedule()[n].sigma;
    if (sigma > 0.0 && options_.divergence != DivergenceKind::kNone) {
      const at::Tensor output =
          reference != nullptr ? (*reference)[n] : policy.output(n, x, reference_text, nullptr);
      total_B = total_B.add(divergence_B(n, mean, policy.mean(n, x, output)), options_.beta);
    }
    x = sigma > 0.0 ? mean.add(unit_.z_NBCHW[static_cast<std::int64_t>(n) + 1], sigma) : mean;
  }
  const at::Tensor reward_B =
      pipeline_.reward(pipeline_.decode(x), unit_.captions, unit_.keys).total_B;
  return total_B.sub(reward_B).mean();
}

std::vector<at::Tensor> TextbookObjective::reference_outputs(
    const model::LowRankAdapter& adapter) const {
  const at::NoGradGuard no_grad;
  const model::Policy& policy = pipeline_.policy;
  const auto text = policy.condition(unit_.text_BLD, &adapter);
  const auto reference_text = policy.condition(unit_.text_BLD, nullptr);
  std::vector<at::Tensor> outputs;
  at::Tensor x = unit_.z_NBCHW[0];
  for (std::size_t n = 0; policy.schedule()[n].sigma > 0.0; ++n) {
    outputs.push_back(policy.output(n, x, reference_text, nullptr));
    const at::Tensor mean = policy.mean(n, x, policy.output(n, x, text, &adapter));
    x = mean.add(unit_.z_NBCHW[static_cast<std::int64_t>(n) + 1], policy.schedule()[n].sigma);
  }
  return outputs;
}

at::Tensor TextbookObjective::gradient(const model::LowRankAdapter& adapter) const {
  const at::AutoGradMode grad_mode(true);
  const auto outputs = reference_outputs(adapter);
  const bool detached = options_.reference == model::ReferenceUse::kDetached;
  const auto gradients =
      torch::autograd::grad({loss(adapter, detached ? &outputs : nullptr)}, adapter.leaves());
  std::vector<at::Tensor> flat;
  for (const at::Tensor& gradient : gradients) flat.push_back(gradient.flatten());
  return at::cat(flat);
}

}  // namespace rocm::objective
