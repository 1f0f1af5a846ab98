// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/clip_model.hpp"
#include "model/rewards/affine_head.hpp"
#include "model/rewards/network_reward.hpp"

namespace rocm::model {

/// The improved aesthetic predictor (Schuhmann, 2022): an affine map of CLIP's unit image vector.
/// Captions do not matter.
class AestheticReward final : public NetworkReward {
 public:
  AestheticReward(std::string name, ClipModel clip, AffineHead head,
                  const ImagePreprocess& preprocess);

 private:
  [[nodiscard]] at::Tensor judge(const at::Tensor& input_BCHW,
                                 std::span<const std::string> captions) const override;

  ClipModel clip_;
  AffineHead head_;
};

}  // namespace rocm::model
