// SPDX-License-Identifier: Apache-2.0
#include "model/rollout.hpp"

#include <utility>

#include <ATen/core/grad_mode.h>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

/// Delta^2 of two network outputs with the same state: the terms that are direct in the state
/// cancel exactly, so only the outputs' difference is left. In float64: x0 amplifies errors.
at::Tensor squared_distance(const SamplingStep& step, const at::Tensor& output_BCHW,
                            const at::Tensor& reference_BCHW, DistanceReduction reduction) {
  const at::Tensor difference = output_BCHW.sub(reference_BCHW).flatten(1).to(at::kDouble);
  const double ratio = step.output_scale / step.sigma;
  const at::Tensor sum_B = difference.pow(2).sum(1).mul(ratio * ratio);
  return reduction == DistanceReduction::kMean ? sum_B.div(difference.size(1)) : sum_B;
}

}  // namespace

Rollout::Rollout(const Policy& policy, const LowRankAdapter& adapter, const at::Tensor& text_BLD,
                 const at::Tensor& z_NBCHW, const RolloutOptions& options)
    : policy_(policy),
      adapter_(adapter),
      text_(policy, adapter, text_BLD),
      options_(options),
      num_steps_(policy.schedule().size()),
      graphs_(num_steps_),
      reference_output_BCHW_(num_steps_) {
  expects(options.live_steps <= num_steps_, "no more live steps than steps");
  if (options.reference != ReferenceUse::kOff) {
    const at::NoGradGuard no_grad;
    reference_text_ = policy.condition(text_BLD, nullptr);
  }
  at::Tensor state_BCHW = z_NBCHW[0];
  for (std::size_t n = 0; n < num_steps_; ++n) {
    const at::Tensor mean_BCHW = forward_step(n, state_BCHW);
    state_BCHW = policy.next_state(n, mean_BCHW, z_NBCHW);
  }
  trajectory_.sample_BCHW = state_BCHW;
}

at::Tensor Rollout::forward_step(std::size_t n, const at::Tensor& state_BCHW) {
  const bool kept = is_live(n) && n + options_.kept_steps >= num_steps_;
  const bool evaluated =
      policy_.schedule()[n].draws_noise && options_.reference != ReferenceUse::kOff;
  if (evaluated) {
    const at::NoGradGuard no_grad;
    reference_output_BCHW_[n] = policy_.output(n, state_BCHW, reference_text_, nullptr);
  }
  StepGraph graph;
  {
    const at::AutoGradMode grad_mode(kept);
    graph = run_step(n, state_BCHW);
  }
  record(n, graph);
  at::Tensor mean_BCHW = graph.mean_BCHW.detach();
  if (kept) {
    graphs_[n] = std::move(graph);
  } else {
    graphs_[n].state_BCHW = state_BCHW;
  }
  return mean_BCHW;
}

Rollout::StepGraph Rollout::run_step(std::size_t n, const at::Tensor& state_BCHW) const {
  StepGraph graph;
  graph.state_BCHW = state_BCHW.detach().requires_grad_(n > first_live());
  const at::Tensor output_BCHW = policy_.output(n, graph.state_BCHW, text_.features(), &adapter_);
  graph.mean_BCHW = policy_.mean(n, graph.state_BCHW, output_BCHW);
  at::Tensor reference_BCHW = reference_output_BCHW_[n];
  if (!reference_BCHW.defined()) return graph;
  if (options_.reference == ReferenceUse::kFull && at::GradMode::is_enabled())
    reference_BCHW = policy_.output(n, graph.state_BCHW, reference_text_, nullptr);
  graph.squared_distance_B =
      squared_distance(policy_.schedule()[n], output_BCHW, reference_BCHW, options_.reduction);
  return graph;
}

void Rollout::record(std::size_t n, const StepGraph& graph) {
  if (!policy_.schedule()[n].draws_noise) return;
  Transition transition{.state_BCHW = graph.state_BCHW.detach(),
                        .mean_BCHW = graph.mean_BCHW.detach()};
  if (graph.squared_distance_B.defined()) {
    transition.reference_mean_BCHW =
        policy_.mean(n, transition.state_BCHW, reference_output_BCHW_[n]);
    transition.squared_distance_B = graph.squared_distance_B.detach();
  }
  trajectory_.transitions.push_back(std::move(transition));
}

Rollout::StepGraph Rollout::take_graph(std::size_t n) {
  StepGraph graph = std::exchange(graphs_[n], {});
  if (graph.mean_BCHW.defined()) return graph;
  const at::AutoGradMode grad_mode(true);
  return run_step(n, graph.state_BCHW);
}

at::Tensor Rollout::step_backward(const StepGraph& graph, const StepGradient& from,
                                  GradientBuffer& gradient) {
  std::vector<at::Tensor> outputs{graph.mean_BCHW};
  std::vector<at::Tensor> output_gradients{from.mean_BCHW};
  if (from.squared_distance_B.defined()) {
    outputs.push_back(graph.squared_distance_B);
    output_gradients.push_back(from.squared_distance_B);
  }
  return model::step_backward(outputs, output_gradients, graph.state_BCHW, adapter_, text_,
                              gradient);
}

void Rollout::backward(const at::Tensor& sample_gradient_BCHW,
                       std::span<const at::Tensor> distance_weights_B, GradientBuffer& gradient) {
  const bool pulled = options_.reference >= ReferenceUse::kDetached;
  StepGradient from{.mean_BCHW = sample_gradient_BCHW};
  for (std::size_t n = num_steps_; n-- > first_live();) {
    const StepGraph graph = take_graph(n);
    const bool measured = graph.squared_distance_B.defined();
    from.squared_distance_B = pulled && measured ? distance_weights_B[n] : at::Tensor();
    from.mean_BCHW = step_backward(graph, from, gradient);
  }
  text_.backward(adapter_, gradient);
}

}  // namespace rocm::model
