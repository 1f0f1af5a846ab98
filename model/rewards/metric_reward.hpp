// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "model/rewards/reward.hpp"

namespace rocm::model {

/// A score without a gradient as a reward: pictures are rounded to bytes, as a PNG holds them, and
/// measured. For methods that need the number of a reward only.
class MetricReward final : public Reward {
 public:
  explicit MetricReward(std::unique_ptr<Score> score);

  [[nodiscard]] std::string_view name() const override { return score_->name(); }

  [[nodiscard]] at::Tensor measure(const at::Tensor& pixels_BHWC,
                                   std::span<const std::string> captions) const override;
  /// Float64, without a graph.
  [[nodiscard]] at::Tensor evaluate(const at::Tensor& image_BCHW,
                                    std::span<const std::string> captions) const override;

  [[nodiscard]] bool differentiable() const override { return false; }

 private:
  std::unique_ptr<Score> score_;
};

}  // namespace rocm::model
