// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/clip_reward.hpp"

#include <utility>
#include <vector>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include "dist/base/contract.hpp"

namespace rocm::model {

ClipReward::ClipReward(std::string name, ClipModel clip, ImagePreprocess preprocess,
                       Tokenize tokenize, CosineScale scale)
    : name_(std::move(name)),
      clip_(std::move(clip)),
      preprocess_(preprocess),
      tokenize_(std::move(tokenize)),
      scale_(scale == CosineScale::kLogitScale ? clip_.scale().item<double>() : 1.0) {
}

at::Tensor ClipReward::caption_feature(const std::string& caption) const {
  const auto known = caption_features_.find(caption);
  if (known != caption_features_.end()) return known->second;
  const at::NoGradGuard no_grad;
  at::Tensor feature_1D = clip_.text_embeddings(tokenize_(caption));
  caption_features_.emplace(caption, feature_1D);
  return feature_1D;
}

at::Tensor ClipReward::agreement(const at::Tensor& tower_input_BCHW,
                                 std::span<const std::string> captions) const {
  expects(static_cast<std::size_t>(tower_input_BCHW.size(0)) == captions.size(),
          "one caption per picture");
  std::vector<at::Tensor> text_1D;
  for (const std::string& caption : captions) text_1D.push_back(caption_feature(caption));
  const at::Tensor image_BD = clip_.image_embeddings(tower_input_BCHW);
  return image_BD.mul(at::cat(text_1D)).sum(1).mul(scale_);
}

at::Tensor ClipReward::evaluate(const at::Tensor& image_BCHW,
                                std::span<const std::string> captions) const {
  return agreement(preprocess_.differentiable(image_BCHW), captions);
}

at::Tensor ClipReward::measure(const at::Tensor& pixels_BHWC,
                               std::span<const std::string> captions) const {
  const at::NoGradGuard no_grad;
  const at::Tensor input_BCHW = preprocess_.exact(pixels_BHWC).to(clip_.scale().options());
  return agreement(input_BCHW, captions).to(at::kDouble).cpu();
}

}  // namespace rocm::model
