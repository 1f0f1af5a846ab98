// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "model/clip_config.hpp"
#include "model/layers.hpp"
#include "model/ops/attention.hpp"

namespace rocm::model {

// Shape legend: B samples, L tokens, D width.

/// transformers' CLIPEncoderLayer: pre-norm self attention and a two-layer network, each added.
struct ClipLayer {
  LayerNorm norm1;
  Linear q_proj, k_proj, v_proj, out_proj;
  LayerNorm norm2;
  Linear fc1, fc2;
  Activation activation = Activation::kQuickGelu;
  AttentionOptions attention;

  static ClipLayer load(const WeightScope& scope, const ClipEncoderConfig& config,
                        AttentionOptions::Mask mask);

  at::Tensor operator()(const at::Tensor& x_BLD) const;
};

/// `encoder.layers.0`, `encoder.layers.1`, ...
std::vector<ClipLayer> load_clip_layers(const WeightScope& scope, const ClipEncoderConfig& config,
                                        AttentionOptions::Mask mask);

at::Tensor apply_layers(const std::vector<ClipLayer>& layers, at::Tensor x_BLD);

}  // namespace rocm::model
