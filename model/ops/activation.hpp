// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace rocm::model {

enum class Activation : std::uint8_t {
  kGelu,       ///< x Phi(x), with the exact error function
  kQuickGelu,  ///< x sigmoid(1.702 x), of OpenAI's CLIP
};

at::Tensor activate(Activation activation, const at::Tensor& x);

}  // namespace rocm::model
