// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace rocm::model {

/// silu(group_norm(x)) with frozen weights; silu(v) = v sigmoid(v).
///
/// x [B, C, H, W]. Keeps x alone for the backward pass (and the moments of its groups); the
/// normalised values, which silu's derivative needs, are computed again there.
at::Tensor group_norm_silu(const at::Tensor& x_BCHW, const at::Tensor& weight_C,
                           const at::Tensor& bias_C, std::int64_t groups, double epsilon);

}  // namespace rocm::model
