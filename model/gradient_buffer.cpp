// SPDX-License-Identifier: Apache-2.0
#include "model/gradient_buffer.hpp"

#include <ATen/ops/zeros.h>

#include "dist/base/contract.hpp"

namespace rocm::model {

std::vector<at::Tensor> views_of(const at::Tensor& flat, std::span<const at::Tensor> parameters) {
  std::vector<at::Tensor> views;
  views.reserve(parameters.size());
  std::int64_t begin = 0;
  for (const at::Tensor& parameter : parameters) {
    views.push_back(flat.narrow(0, begin, parameter.numel()).view(parameter.sizes()));
    begin += parameter.numel();
  }
  expects(begin == flat.numel(), "a flat tensor as long as its parameters together");
  return views;
}

GradientBuffer::GradientBuffer(std::span<const at::Tensor> parameters) {
  expects(!parameters.empty(), "at least one parameter to differentiate");
  std::int64_t length = 0;
  for (const at::Tensor& parameter : parameters) length += parameter.numel();
  flat_ = at::zeros({length}, parameters.front().options().requires_grad(false));
  views_ = views_of(flat_, parameters);
}

void GradientBuffer::add(std::span<const at::Tensor> gradients) {
  expects(gradients.size() == views_.size(), "one gradient per parameter");
  for (std::size_t i = 0; i < views_.size(); ++i)
    if (gradients[i].defined()) views_[i].add_(gradients[i]);
}

}  // namespace rocm::model
