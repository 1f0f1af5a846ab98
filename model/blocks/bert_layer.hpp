// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "model/layers.hpp"

namespace rocm::model {

// Shape legend: B samples, L tokens, S tokens that are attended to, D width.

/// Attention and what follows it in BERT: norm(dense(attend(x, source)) + x).
struct BertAttention {
  Linear query, key, value, dense;
  LayerNorm norm;
  std::int64_t heads = 1;

  struct Shape {
    std::int64_t width = 0;
    std::int64_t source_width = 0;
    std::int64_t heads = 1;
    double norm_epsilon = 1e-12;
  };

  static BertAttention load(const WeightScope& scope, const Shape& shape);

  /// visible_BS: bool, false for padding; undefined if all is seen.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x_BLD, const at::Tensor& source_BSD,
                                      const at::Tensor& visible_BS) const;
};

/// A post-norm layer of BERT with BLIP's second attention, to the patches of a picture (Li et al.,
/// arXiv 2201.12086; transformers' BlipTextLayer).
struct BertLayer {
  BertAttention attention;
  BertAttention cross_attention;
  Linear intermediate, output;
  LayerNorm output_norm;

  struct Shape {
    BertAttention::Shape attention;  ///< source_width is the picture's
    std::int64_t hidden_width = 0;
  };

  static BertLayer load(const WeightScope& scope, const Shape& shape);

  /// patches: undefined without a picture; the second attention is then left out.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x_BLD, const at::Tensor& visible_BL,
                                      const at::Tensor& patches_BPE) const;
};

}  // namespace rocm::model
