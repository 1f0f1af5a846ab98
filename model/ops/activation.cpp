// SPDX-License-Identifier: Apache-2.0
#include "model/ops/activation.hpp"

#include <ATen/ops/gelu.h>

namespace rocm::model {

at::Tensor activate(Activation activation, const at::Tensor& x) {
  if (activation == Activation::kGelu) return at::gelu(x);
  return x.mul(1.702).sigmoid().mul(x);
}

}  // namespace rocm::model
