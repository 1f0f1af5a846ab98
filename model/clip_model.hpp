// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/core/Tensor.h>

#include "model/clip_config.hpp"
#include "model/clip_text.hpp"
#include "model/clip_vision.hpp"
#include "model/layers.hpp"
#include "model/weights.hpp"

namespace rocm::model {

/// transformers' CLIPModel (Radford et al., arXiv 2103.00020): captions and pictures in one space.
///
/// Frozen; gradients reach the pixels. Scores are exp(log_scale) * <text, image> of the unit
/// vectors.
class ClipModel {
 public:
  /// weights: the root scope of a CLIPModel's file. Throws Failure(kInput).
  ClipModel(const ClipConfig& config, const WeightScope& weights);

  /// Projected features before normalisation, [B, E].
  [[nodiscard]] at::Tensor text_features(const at::Tensor& ids_BL) const;
  [[nodiscard]] at::Tensor image_features(const at::Tensor& pixels_BCHW) const;

  /// Unit vectors, [B, E].
  [[nodiscard]] at::Tensor text_embeddings(const at::Tensor& ids_BL) const;
  [[nodiscard]] at::Tensor image_embeddings(const at::Tensor& pixels_BCHW) const;

  /// exp(logit_scale), a scalar tensor.
  [[nodiscard]] const at::Tensor& scale() const { return scale_; }

  [[nodiscard]] const ClipConfig& config() const { return config_; }

 private:
  ClipConfig config_;
  ClipText text_;
  ClipVision vision_;
  Linear text_projection_;
  Linear image_projection_;
  at::Tensor scale_;
};

}  // namespace rocm::model
