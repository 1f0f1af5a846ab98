// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <ATen/core/Tensor.h>

#include "model/gradient_buffer.hpp"
#include "model/policy.hpp"
#include "model/text_graph.hpp"

namespace rocm::model {

// Shape legend: B samples of a unit, C channels, H x W latent pixels, L tokens, D width.

/// What a step of the sampler gives at one state.
struct StepOutputs {
  at::Tensor output_BCHW;  ///< of the network, guided
  at::Tensor mean_BCHW;    ///< of the transition
};

/// Steps of the policy taken again at states that were visited before, for losses that look at one
/// transition at a time: each has a graph of its own, and the text is differentiated once.
class StepReplay {
 public:
  StepReplay(const Policy& policy, const LowRankAdapter& adapter, const at::Tensor& text_BLD)
      : policy_(policy), adapter_(adapter), text_(policy, adapter, text_BLD) {}

  /// Step n at a state, which is a constant; with a graph if grad mode is on.
  [[nodiscard]] StepOutputs at(std::size_t n, const at::Tensor& state_BCHW) const;

  /// Adds the gradient of `loss`, a number made of the last at(), with respect to the adapter.
  void backward(const at::Tensor& loss, GradientBuffer& gradient);

  /// Adds what went through the text; after the last step.
  void finish(GradientBuffer& gradient) { text_.backward(adapter_, gradient); }

 private:
  const Policy& policy_;
  const LowRankAdapter& adapter_;
  TextGraph text_;
};

}  // namespace rocm::model
