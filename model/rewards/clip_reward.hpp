// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "model/caption_memory.hpp"
#include "model/clip_model.hpp"
#include "model/rewards/network_reward.hpp"

namespace rocm::model {

/// What is made of the cosine between picture and caption.
enum class CosineScale : std::uint8_t {
  kLogitScale,  ///< exp(logit_scale) * cosine: PickScore
  kNone,        ///< the raw cosine: HPSv2, and CLIPScore as ImageReward's authors report it
};

/// Token ids [1, L] of a caption; a reward does not know where tokenizers come from.
using Tokenize = std::function<at::Tensor(const std::string& caption)>;

/// Agreement of picture and caption in the embedding space of a CLIP model.
class ClipReward final : public NetworkReward {
 public:
  ClipReward(std::string name, ClipModel clip, const ImagePreprocess& preprocess, Tokenize tokenize,
             CosineScale scale);

 private:
  [[nodiscard]] at::Tensor judge(const at::Tensor& input_BCHW,
                                 std::span<const std::string> captions) const override;

  ClipModel clip_;
  Tokenize tokenize_;
  double scale_;
  mutable CaptionMemory caption_features_;  ///< unit vectors
};

}  // namespace rocm::model
