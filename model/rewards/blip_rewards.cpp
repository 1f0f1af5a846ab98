// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/blip_rewards.hpp"

#include <utility>
#include <vector>

#include <ATen/core/grad_mode.h>

namespace rocm::model {
namespace {

// Of ImageReward's raw output over its authors' pictures (ImageReward.py).
constexpr double kImageRewardMean = 0.16717362830052426;
constexpr double kImageRewardDeviation = 1.0333394966054072;

BertTokens tokens_of(std::span<const std::string> captions, const TokenizeBert& tokenize) {
  std::vector<at::Tensor> ids, masks;
  for (const std::string& caption : captions) {
    const BertTokens tokens = tokenize(caption);
    ids.push_back(tokens.ids_BL);
    masks.push_back(tokens.mask_BL);
  }
  return {.ids_BL = at::cat(ids), .mask_BL = at::cat(masks)};
}

}  // namespace

BlipContrastReward::BlipContrastReward(std::string name, BlipModel blip,
                                       const ImagePreprocess& preprocess, TokenizeBert tokenize)
    : NetworkReward(std::move(name), preprocess, blip.options()),
      blip_(std::move(blip)),
      tokenize_(std::move(tokenize)) {
}

at::Tensor BlipContrastReward::judge(const at::Tensor& input_BCHW,
                                     std::span<const std::string> captions) const {
  const at::Tensor text_BE = caption_features_(captions, [this](const std::string& caption) {
    const at::NoGradGuard no_grad;
    return blip_.text_embeddings(tokenize_(caption));
  });
  return blip_.image_embeddings(input_BCHW).mul(text_BE).sum(1);
}

BlipMatchReward::BlipMatchReward(std::string name, BlipModel blip,
                                 const ImagePreprocess& preprocess, TokenizeBert tokenize)
    : NetworkReward(std::move(name), preprocess, blip.options()),
      blip_(std::move(blip)),
      tokenize_(std::move(tokenize)) {
}

at::Tensor BlipMatchReward::judge(const at::Tensor& input_BCHW,
                                  std::span<const std::string> captions) const {
  return blip_.match_logits(input_BCHW, tokens_of(captions, tokenize_)).softmax(-1).select(1, 1);
}

ImageRewardReward::ImageRewardReward(std::string name, BlipModel blip, AffineHead head,
                                     const ImagePreprocess& preprocess, TokenizeBert tokenize)
    : NetworkReward(std::move(name), preprocess, blip.options()),
      blip_(std::move(blip)),
      head_(std::move(head)),
      tokenize_(std::move(tokenize)) {
}

at::Tensor ImageRewardReward::judge(const at::Tensor& input_BCHW,
                                    std::span<const std::string> captions) const {
  const at::Tensor features_BD = blip_.joint_features(input_BCHW, tokens_of(captions, tokenize_));
  return head_(features_BD).squeeze(1).sub(kImageRewardMean).div(kImageRewardDeviation);
}

}  // namespace rocm::model
