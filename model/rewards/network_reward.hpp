// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "model/rewards/image_preprocess.hpp"
#include "model/rewards/reward.hpp"

namespace rocm::model {

/// A frozen network that judges preprocessed pictures beside their captions: the same network as
/// metric, on pictures of bytes, and as reward.
class NetworkReward : public Reward {
 public:
  /// like: a tensor of the network's type on its device.
  NetworkReward(std::string name, const ImagePreprocess& preprocess, at::TensorOptions like);

  [[nodiscard]] std::string_view name() const final { return name_; }

  [[nodiscard]] at::Tensor measure(const at::Tensor& pixels_BHWC,
                                   std::span<const std::string> captions) const final;
  [[nodiscard]] at::Tensor evaluate(const at::Tensor& image_BCHW,
                                    std::span<const std::string> captions) const final;

 private:
  /// Raw scores [B] of what the tower sees, [B, 3, S, S], differentiable in it. As many captions as
  /// pictures.
  [[nodiscard]] virtual at::Tensor judge(const at::Tensor& input_BCHW,
                                         std::span<const std::string> captions) const = 0;

  std::string name_;
  ImagePreprocess preprocess_;
  at::TensorOptions like_;
};

}  // namespace rocm::model
