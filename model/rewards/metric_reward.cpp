// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/metric_reward.hpp"

#include <utility>

#include "dist/base/contract.hpp"
#include "model/image_decoder.hpp"

namespace rocm::model {

MetricReward::MetricReward(std::unique_ptr<Score> score) : score_(std::move(score)) {
  expects(score_ != nullptr, "a score to wrap");
}

at::Tensor MetricReward::measure(const at::Tensor& pixels_BHWC,
                                 std::span<const std::string> captions) const {
  return score_->measure(pixels_BHWC, captions);
}

at::Tensor MetricReward::evaluate(const at::Tensor& image_BCHW,
                                  std::span<const std::string> captions) const {
  return measure(to_pixels_BHWC(image_BCHW), captions).to(image_BCHW.device());
}

}  // namespace rocm::model
