// SPDX-License-Identifier: Apache-2.0
#include "model/policy.hpp"

#include <utility>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

/// The embedding of the guidance scale, or an undefined tensor for a U-Net that reads none.
at::Tensor embedding_of(const Guidance& guidance, const UNet& unet) {
  const auto width = unet.config().guidance_width;
  if (!width) return {};
  return guidance_embedding(guidance_weight(guidance.scale, guidance.convention), *width);
}

/// output_BCHW: of the empty prompts, then of the prompts.
at::Tensor guided(const at::Tensor& output_BCHW, double scale) {
  const std::vector<at::Tensor> halves = output_BCHW.chunk(2);
  return halves[0].add(halves[1].sub(halves[0]), scale);
}

}  // namespace

Policy::Policy(std::shared_ptr<const UNet> unet, SamplingSchedule schedule, Guidance guidance)
    : unet_(std::move(unet)),
      schedule_(std::move(schedule)),
      guidance_(std::move(guidance)),
      guidance_1G_(embedding_of(guidance_, *unet_)) {
  expects(!contrasts() || guidance_.unconditional_1LD.defined(),
          "the empty prompt's text for classifier-free guidance");
  const at::NoGradGuard no_grad;
  for (const SamplingStep& step : schedule_)
    time_features_.push_back(unet_->time_features(step.timestep, guidance_1G_, nullptr));
}

TextFeatures Policy::condition(const at::Tensor& text_BLD, const LowRankAdapter* adapter) const {
  const at::Tensor text =
      contrasts() ? at::cat({guidance_.unconditional_1LD.expand_as(text_BLD), text_BLD}) : text_BLD;
  return unet_->text_features(text.to(unet_->dtype()), adapter);
}

at::Tensor Policy::output(std::size_t n, const at::Tensor& state_BCHW, const TextFeatures& text,
                          const LowRankAdapter* adapter) const {
  const bool adapted = adapter != nullptr && unet_->adapts_time();
  const TimeFeatures time =
      adapted ? unet_->time_features(schedule_.at(n).timestep, guidance_1G_, adapter)
              : time_features_.at(n);
  const at::Tensor input = contrasts() ? at::cat({state_BCHW, state_BCHW}) : state_BCHW;
  const at::Tensor output =
      (*unet_)(input.to(unet_->dtype()), time, text, adapter).to(state_BCHW.scalar_type());
  return contrasts() ? guided(output, guidance_.scale) : output;
}

at::Tensor Policy::mean(std::size_t n, const at::Tensor& state_BCHW,
                        const at::Tensor& output_BCHW) const {
  const SamplingStep& step = schedule_.at(n);
  return state_BCHW.mul(step.state_scale).add(output_BCHW, step.output_scale);
}

at::Tensor Policy::next_state(std::size_t n, const at::Tensor& mean_BCHW,
                              const at::Tensor& z_NBCHW) const {
  const SamplingStep& step = schedule_.at(n);
  if (!step.draws_noise) return mean_BCHW;
  return mean_BCHW.add(z_NBCHW[static_cast<std::int64_t>(n) + 1], step.sigma);
}

}  // namespace rocm::model
