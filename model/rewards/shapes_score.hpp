// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/rewards/reward.hpp"

namespace rocm::model {

/// The embedded world's own judge: the share of a caption's facts that hold in a picture, by rule
/// (shapes.hpp). It is what "good" means in the world and has no gradient.
class ShapesScore final : public Score {
 public:
  [[nodiscard]] std::string_view name() const override { return "shapes"; }

  [[nodiscard]] at::Tensor measure(const at::Tensor& pixels_BHWC,
                                   std::span<const std::string> captions) const override;
};

}  // namespace rocm::model
