// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/gradient_buffer.hpp"
#include "model/policy.hpp"

namespace rocm::model {

/// The policy's text features as a graph of their own: computed once per rollout, read by every
/// step as leaves, and differentiated once, with the sum of what the steps say about them.
class TextGraph {
 public:
  TextGraph(const Policy& policy, const LowRankAdapter& adapter, const at::Tensor& text_BLD);

  /// Detached features for the steps; their tensors are leaves().
  [[nodiscard]] const TextFeatures& features() const { return features_; }

  /// Keys and values that the adapter changes, each a leaf that requires a gradient.
  [[nodiscard]] const std::vector<at::Tensor>& leaves() const { return leaves_; }

  /// gradients[i] belongs to leaves()[i]; undefined means zero.
  void accumulate(std::span<const at::Tensor> gradients);

  /// Adds the adapter's gradient through the features. Consumes the graph.
  void backward(const LowRankAdapter& adapter, GradientBuffer& gradient);

 private:
  void detach_features();

  std::vector<at::Tensor> outputs_;  ///< with their graph
  std::vector<at::Tensor> leaves_;
  std::vector<at::Tensor> gradients_;
  TextFeatures features_;
};

/// The gradient of a step that read the adapter and the text: `outputs` with the loss's gradient at
/// each. Adds to the adapter's gradient and to what the text has to pass on. The gradient at
/// `state_BCHW`, undefined if that requires none.
at::Tensor step_backward(const std::vector<at::Tensor>& outputs,
                         const std::vector<at::Tensor>& output_gradients,
                         const at::Tensor& state_BCHW, const LowRankAdapter& adapter,
                         TextGraph& text, GradientBuffer& gradient);

}  // namespace rocm::model
