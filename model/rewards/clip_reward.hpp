// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "model/clip_model.hpp"
#include "model/rewards/image_preprocess.hpp"
#include "model/rewards/reward.hpp"

namespace rocm::model {

/// What is made of the cosine between picture and caption.
enum class CosineScale : std::uint8_t {
  kLogitScale,  ///< exp(logit_scale) * cosine: PickScore
  kNone,        ///< the raw cosine: CLIPScore as ImageReward's authors report it
};

/// Token ids [1, L] of a caption; the reward does not know where tokenizers come from.
using Tokenize = std::function<at::Tensor(const std::string& caption)>;

/// Agreement of picture and caption in the embedding space of a CLIP model.
/// Caption features are computed once per caption, alone, so that they depend on nothing else.
class ClipReward final : public Reward {
 public:
  ClipReward(std::string name, ClipModel clip, ImagePreprocess preprocess, Tokenize tokenize,
             CosineScale scale);

  [[nodiscard]] std::string_view name() const override { return name_; }

  [[nodiscard]] at::Tensor measure(const at::Tensor& pixels_BHWC,
                                   std::span<const std::string> captions) const override;
  [[nodiscard]] at::Tensor evaluate(const at::Tensor& image_BCHW,
                                    std::span<const std::string> captions) const override;

 private:
  [[nodiscard]] at::Tensor agreement(const at::Tensor& tower_input_BCHW,
                                     std::span<const std::string> captions) const;
  [[nodiscard]] at::Tensor caption_feature(const std::string& caption) const;

  std::string name_;
  ClipModel clip_;
  ImagePreprocess preprocess_;
  Tokenize tokenize_;
  double scale_;
  mutable std::map<std::string, at::Tensor> caption_features_;  ///< unit vectors
};

}  // namespace rocm::model
