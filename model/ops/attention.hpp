// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace rocm::model {

// Shape legend: B samples, L queries, S keys, C channels = heads * width of a head.

struct AttentionOptions {
  enum class Mask : std::uint8_t {
    kNone,
    kCausal,  ///< query i sees keys 0 ... i
  };

  std::int64_t heads = 1;
  Mask mask = Mask::kNone;
  at::Tensor visible_BS = {};  ///< bool: keys that any query sees; undefined: all. Not with kCausal
};

/// softmax(q k^T / sqrt(C / heads)) v for each head (Vaswani et al., arXiv 1706.03762).
/// q [B, L, C]; k and v [B, S, C]; result [B, L, C]. Runs the fastest kernel that fits.
at::Tensor attend(const at::Tensor& q_BLC, const at::Tensor& k_BSC, const at::Tensor& v_BSC,
                  const AttentionOptions& options);

/// The same by its definition, one operation after the other: what the tests compare with.
at::Tensor attend_by_definition(const at::Tensor& q_BLC, const at::Tensor& k_BSC,
                                const at::Tensor& v_BSC, const AttentionOptions& options);

}  // namespace rocm::model
