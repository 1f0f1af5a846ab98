// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/blocks/transformer_block.hpp"
#include "model/layers.hpp"

namespace rocm::model {

// Shape legend: B samples, C channels, H x W pixels, L = H W tokens, S text tokens.

/// diffusers' Transformer2DModel: pixels as tokens, through transformer blocks, added to the input.
struct SpatialTransformer {
  GroupNorm norm;
  Linear proj_in;
  std::vector<TransformerBlock> blocks;
  Linear proj_out;

  struct Shape {
    TransformerBlock::Shape block;
    std::int64_t layers = 1;
    std::int64_t groups = 32;
    bool linear_projection = false;  ///< proj_in and proj_out are stored as matrices
  };

  static SpatialTransformer load(const WeightScope& scope, const Shape& shape, AdapterPlan* plan);

  /// keys and values: one [B, S, C] for each block.
  at::Tensor operator()(const at::Tensor& x_BCHW, std::span<const at::Tensor> keys_BSC,
                        std::span<const at::Tensor> values_BSC,
                        const LowRankAdapter* adapter) const;
};

}  // namespace rocm::model
