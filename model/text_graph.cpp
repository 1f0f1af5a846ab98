// SPDX-License-Identifier: Apache-2.0
#include "model/text_graph.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

namespace rocm::model {

TextGraph::TextGraph(const Policy& policy, const LowRankAdapter& adapter,
                     const at::Tensor& text_BLD) {
  const at::AutoGradMode grad_mode(true);
  features_ = policy.condition(text_BLD, &adapter);
  detach_features();
}

void TextGraph::detach_features() {
  for (auto* tensors : {&features_.key_BLC, &features_.value_BLC}) {
    for (at::Tensor& feature : *tensors) {
      if (!feature.requires_grad()) continue;  // not a target of the adapter
      outputs_.push_back(feature);
      feature = feature.detach().requires_grad_();
      leaves_.push_back(feature);
      gradients_.push_back(at::zeros_like(feature));
    }
  }
}

void TextGraph::accumulate(std::span<const at::Tensor> gradients) {
  for (std::size_t i = 0; i < gradients_.size(); ++i)
    if (gradients[i].defined()) gradients_[i].add_(gradients[i]);
}

void TextGraph::backward(const LowRankAdapter& adapter, GradientBuffer& gradient) {
  if (outputs_.empty()) return;
  gradient.add(torch::autograd::grad(outputs_, adapter.leaves(), gradients_, /*retain_graph=*/false,
                                     /*create_graph=*/false, /*allow_unused=*/true));
  outputs_.clear();
}

at::Tensor step_backward(const std::vector<at::Tensor>& outputs,
                         const std::vector<at::Tensor>& output_gradients,
                         const at::Tensor& state_BCHW, const LowRankAdapter& adapter,
                         TextGraph& text, GradientBuffer& gradient) {
  const std::size_t num_parameters = adapter.leaves().size();
  const std::size_t num_features = text.leaves().size();
  const bool passes_on = state_BCHW.defined() && state_BCHW.requires_grad();
  std::vector<at::Tensor> inputs = adapter.leaves();
  inputs.insert(inputs.end(), text.leaves().begin(), text.leaves().end());
  if (passes_on) inputs.push_back(state_BCHW);
  const auto gradients =
      torch::autograd::grad(outputs, inputs, output_gradients, /*retain_graph=*/false,
                            /*create_graph=*/false, /*allow_unused=*/true);
  const std::span<const at::Tensor> all(gradients);
  gradient.add(all.first(num_parameters));
  text.accumulate(all.subspan(num_parameters, num_features));
  return passes_on ? gradients.back() : at::Tensor();
}

}  // namespace rocm::model
