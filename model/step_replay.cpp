// SPDX-License-Identifier: Apache-2.0
#include "model/step_replay.hpp"

#include <ATen/ops/ones_like.h>

namespace rocm::model {

StepOutputs StepReplay::at(std::size_t n, const at::Tensor& state_BCHW) const {
  const at::Tensor output_BCHW = policy_.output(n, state_BCHW, text_.features(), &adapter_);
  return {.output_BCHW = output_BCHW, .mean_BCHW = policy_.mean(n, state_BCHW, output_BCHW)};
}

void StepReplay::backward(const at::Tensor& loss, GradientBuffer& gradient) {
  step_backward({loss}, {at::ones_like(loss)}, /*state_BCHW=*/{}, adapter_, text_, gradient);
}

}  // namespace rocm::model
