// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "model/blip_config.hpp"
#include "model/blocks/bert_layer.hpp"
#include "model/layers.hpp"
#include "model/weights.hpp"

namespace rocm::model {

// Shape legend: B captions, L tokens, D width, P patches of a picture, E their width.

/// A caption as token ids, int64, and what of it is no padding, int64 of 0 and 1.
struct BertTokens {
  at::Tensor ids_BL;
  at::Tensor mask_BL;
};

/// transformers' BlipTextModel without a pooler: BERT, both directions, alone or looking at a
/// picture. Frozen; gradients reach the picture only.
class BlipText {
 public:
  /// weights: the scope `text_encoder`; picture_width: of the patches. Throws Failure(kInput).
  BlipText(const BlipTextConfig& config, std::int64_t picture_width, const WeightScope& weights);

  /// The last hidden state [B, L, D]. patches_BPE: undefined for the text alone. L is at most
  /// config().positions, every id below config().vocabulary.
  [[nodiscard]] at::Tensor operator()(const BertTokens& tokens,
                                      const at::Tensor& patches_BPE = {}) const;

  [[nodiscard]] const BlipTextConfig& config() const { return config_; }

 private:
  BlipTextConfig config_;
  at::Tensor word_embedding_VD_;
  at::Tensor position_embedding_LD_;
  LayerNorm first_norm_;
  std::vector<BertLayer> layers_;
};

}  // namespace rocm::model
