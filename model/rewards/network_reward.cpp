// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/network_reward.hpp"

#include <utility>

#include <ATen/core/grad_mode.h>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

void expect_a_caption_each(const at::Tensor& images, std::span<const std::string> captions) {
  expects(static_cast<std::size_t>(images.size(0)) == captions.size(), "one caption per picture");
}

}  // namespace

NetworkReward::NetworkReward(std::string name, const ImagePreprocess& preprocess,
                             at::TensorOptions like)
    : name_(std::move(name)), preprocess_(preprocess), like_(like) {
}

at::Tensor NetworkReward::evaluate(const at::Tensor& image_BCHW,
                                   std::span<const std::string> captions) const {
  expect_a_caption_each(image_BCHW, captions);
  return judge(preprocess_.differentiable(image_BCHW), captions);
}

at::Tensor NetworkReward::measure(const at::Tensor& pixels_BHWC,
                                  std::span<const std::string> captions) const {
  expect_a_caption_each(pixels_BHWC, captions);
  const at::NoGradGuard no_grad;
  return judge(preprocess_.exact(pixels_BHWC).to(like_), captions).to(at::kDouble).cpu();
}

}  // namespace rocm::model
