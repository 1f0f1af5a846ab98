// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <ATen/core/Tensor.h>

#include "model/clip_config.hpp"
#include "model/weights.hpp"

namespace rocm::model {

/// transformers' CLIPTextModel: token ids to vectors, with a causal mask. Frozen.
class ClipText {
 public:
  struct Output {
    at::Tensor
        hidden_BLD;  ///< last_hidden_state, after the final layer norm: what a U-Net attends to
    at::Tensor pooled_BD;  ///< hidden state at the end token
  };

  /// weights: the scope that holds `embeddings`, `encoder` and `final_layer_norm`, which is
  /// `text_model` in files with canonical names. Throws Failure(kInput).
  ClipText(const ClipTextConfig& config, const WeightScope& weights);
  ~ClipText();
  ClipText(const ClipText&) = delete;
  ClipText& operator=(const ClipText&) = delete;
  ClipText(ClipText&&) noexcept;
  ClipText& operator=(ClipText&&) noexcept;

  /// ids_BL: int64, L at most config().positions, each below config().vocabulary.
  ///
  /// The end token is the first id equal to end_token; where end_token is 2, the first largest id
  /// (transformers keeps this rule for old files, whose configuration states a wrong id).
  [[nodiscard]] Output operator()(const at::Tensor& ids_BL) const;

  [[nodiscard]] const ClipTextConfig& config() const;

 private:
  struct Layers;
  std::unique_ptr<const Layers> layers_;
};

}  // namespace rocm::model
