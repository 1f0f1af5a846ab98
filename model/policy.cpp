// SPDX-License-Identifier: Apache-2.0
#include "model/policy.hpp"

#include <utility>

#include <ATen/core/grad_mode.h>

#include "dist/base/contract.hpp"
#include "model/guidance_embedding.hpp"

namespace rocm::model {
namespace {

/// The embedding of the guidance scale, or an undefined tensor for a U-Net that reads none.
at::Tensor guidance_of(const UNet& unet, double guidance_scale) {
  if (const auto width = unet.config().guidance_width)
    return guidance_embedding(guidance_scale, *width);
  require(guidance_scale == 1.0,
          {.where = "model.guidance_scale",
           .problem = "this U-Net has no guidance embedding",
           .because = "it is not a guidance-distilled consistency model",
           .advice = "set model.guidance_scale = 1, or use a consistency model"});
  return {};
}

}  // namespace

Policy::Policy(UNet unet, SamplingSchedule schedule, double guidance_scale)
    : unet_(std::move(unet)),
      schedule_(std::move(schedule)),
      guidance_1G_(guidance_of(unet_, guidance_scale)) {
  const at::NoGradGuard no_grad;
  for (const SamplingStep& step : schedule_)
    time_features_.push_back(unet_.time_features(step.timestep, guidance_1G_, nullptr));
}

TextFeatures Policy::condition(const at::Tensor& text_BLD, const LowRankAdapter* adapter) const {
  return unet_.text_features(text_BLD.to(unet_.dtype()), adapter);
}

at::Tensor Policy::output(std::size_t n, const at::Tensor& state_BCHW, const TextFeatures& text,
                          const LowRankAdapter* adapter) const {
  const bool adapted = adapter != nullptr && unet_.adapts_time();
  const TimeFeatures time =
      adapted ? unet_.time_features(schedule_.at(n).timestep, guidance_1G_, adapter)
              : time_features_.at(n);
  return unet_(state_BCHW.to(unet_.dtype()), time, text, adapter).to(state_BCHW.scalar_type());
}

at::Tensor Policy::mean(std::size_t n, const at::Tensor& state_BCHW,
                        const at::Tensor& output_BCHW) const {
  const SamplingStep& step = schedule_.at(n);
  return state_BCHW.mul(step.state_scale).add(output_BCHW, step.output_scale);
}

}  // namespace rocm::model
