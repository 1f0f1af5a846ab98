// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "model/blip_model.hpp"
#include "model/caption_memory.hpp"
#include "model/rewards/affine_head.hpp"
#include "model/rewards/network_reward.hpp"

namespace rocm::model {

/// Tokens [1, L] of a caption, L the same for all.
using TokenizeBert = std::function<BertTokens(const std::string& caption)>;

/// BLIPScore: the image-text contrast (ITC), the cosine of picture and caption in BLIP's common
/// space.
class BlipContrastReward final : public NetworkReward {
 public:
  BlipContrastReward(std::string name, BlipModel blip, const ImagePreprocess& preprocess,
                     TokenizeBert tokenize);

 private:
  [[nodiscard]] at::Tensor judge(const at::Tensor& input_BCHW,
                                 std::span<const std::string> captions) const override;

  BlipModel blip_;
  TokenizeBert tokenize_;
  mutable CaptionMemory caption_features_;  ///< unit vectors
};

/// BLIP's image-text matching (ITM): the probability that the caption is the picture's.
class BlipMatchReward final : public NetworkReward {
 public:
  /// blip: one that can match.
  BlipMatchReward(std::string name, BlipModel blip, const ImagePreprocess& preprocess,
                  TokenizeBert tokenize);

 private:
  [[nodiscard]] at::Tensor judge(const at::Tensor& input_BCHW,
                                 std::span<const std::string> captions) const override;

  BlipModel blip_;
  TokenizeBert tokenize_;
};

/// ImageReward (Xu et al., arXiv 2304.05977): an affine map of BLIP's joint features, standardised
/// with the mean and deviation that its authors measured.
class ImageRewardReward final : public NetworkReward {
 public:
  ImageRewardReward(std::string name, BlipModel blip, AffineHead head,
                    const ImagePreprocess& preprocess, TokenizeBert tokenize);

 private:
  [[nodiscard]] at::Tensor judge(const at::Tensor& input_BCHW,
                                 std::span<const std::string> captions) const override;

  BlipModel blip_;
  AffineHead head_;
  TokenizeBert tokenize_;
};

}  // namespace rocm::model
