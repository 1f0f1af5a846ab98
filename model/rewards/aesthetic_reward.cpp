// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/aesthetic_reward.hpp"

#include <utility>

namespace rocm::model {

AestheticReward::AestheticReward(std::string name, ClipModel clip, AffineHead head,
                                 const ImagePreprocess& preprocess)
    : NetworkReward(std::move(name), preprocess, clip.scale().options()),
      clip_(std::move(clip)),
      head_(std::move(head)) {
}

at::Tensor AestheticReward::judge(const at::Tensor& input_BCHW,
                                  std::span<const std::string> /*captions*/) const {
  return head_(clip_.image_embeddings(input_BCHW)).squeeze(1);
}

}  // namespace rocm::model
