// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/ops/narrow_attention_kernels.hpp"

namespace rocm::model {

// Shape legend: B samples, L queries, S keys, C channels = heads * width of a head.

/// The operands of an attention without a mask.
struct AttentionOperands {
  const at::Tensor& q_BLC;
  const at::Tensor& k_BSC;
  const at::Tensor& v_BSC;
  std::int64_t heads = 1;
};

/// Whether narrow_attention computes this: fp32 on the CPU, heads of width 4, 8 or 16 (networks of
/// a few million parameters), at most 1024 keys; or of width 24, at most 64 keys.
bool fits_narrow_attention(const AttentionOperands& operands);

/// softmax(q k^T / sqrt(width)) v for each head, [B, L, C], several times as fast there as the
/// general kernel, whose matrix products are made for wider heads. Keeps its operands, the result
/// and one number for each query and head; the weights are computed again in the backward pass.
/// Bit-identical for every number of threads.
at::Tensor narrow_attention(const AttentionOperands& operands);

/// The same with the kernels of one instruction set.
at::Tensor narrow_attention(const AttentionOperands& operands, const NarrowKernels& kernels);

/// Those that this processor can run, the fastest first.
std::vector<NarrowKernels> runnable_narrow_kernels();

}  // namespace rocm::model
