// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include <ATen/core/Tensor.h>

#include "model/blocks/attention_layer.hpp"
#include "model/layers.hpp"

namespace rocm::model {

// Shape legend: B samples, L latent tokens, S text tokens, C channels.

/// diffusers' BasicTransformerBlock: pre-norm self attention, cross attention to the text and a
/// GEGLU feed-forward network of four times the width, each added to its input.
struct TransformerBlock {
  LayerNorm norm1;
  AttentionLayer self_attention;  ///< attn1
  LayerNorm norm2;
  AttentionLayer text_attention;  ///< attn2
  LayerNorm norm3;
  Linear feed_in;   ///< ff.net.0.proj
  Linear feed_out;  ///< ff.net.2

  struct Shape {
    std::int64_t channels = 0;
    std::int64_t text_width = 0;
    std::int64_t heads = 1;
    bool upcast = false;
  };

  static TransformerBlock load(const WeightScope& scope, const Shape& shape, AdapterPlan* plan);

  /// key and value: of text_attention, [B, S, C].
  at::Tensor operator()(const at::Tensor& x_BLC, const at::Tensor& key_BSC,
                        const at::Tensor& value_BSC, const LowRankAdapter* adapter) const;
};

}  // namespace rocm::model
