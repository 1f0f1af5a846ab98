// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/clip_reward.hpp"

#include <utility>

#include <ATen/core/grad_mode.h>

namespace rocm::model {

ClipReward::ClipReward(std::string name, ClipModel clip, const ImagePreprocess& preprocess,
                       Tokenize tokenize, CosineScale scale)
    : NetworkReward(std::move(name), preprocess, clip.scale().options()),
      clip_(std::move(clip)),
      tokenize_(std::move(tokenize)),
      scale_(scale == CosineScale::kLogitScale ? clip_.scale().item<double>() : 1.0) {
}

at::Tensor ClipReward::judge(const at::Tensor& input_BCHW,
                             std::span<const std::string> captions) const {
  const at::Tensor text_BD = caption_features_(captions, [this](const std::string& caption) {
    const at::NoGradGuard no_grad;
    return clip_.text_embeddings(tokenize_(caption));
  });
  return clip_.image_embeddings(input_BCHW).mul(text_BD).sum(1).mul(scale_);
}

}  // namespace rocm::model
