// SPDX-License-Identifier: Apache-2.0
#include "launcher/picture_drawer.hpp"

#include <limits>

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "dist/base/contract.hpp"
#include "model/roll_out.hpp"
#include "model/rollout.hpp"

namespace rocm::launcher {

DivergenceMeasure measure_of(const ObjectiveConfig& objective) {
  const bool none = objective.divergence == objective::DivergenceKind::kNone;
  return {.divergence = none ? objective.measure : objective.divergence,
          .reduction = objective.reduction};
}

PictureDrawer::PictureDrawer(Generator& generator, const Computation& computation,
                             std::uint64_t seed, const DivergenceMeasure& measure)
    : generator_(generator),
      options_(computation.state_options()),
      noise_(seed, noise_shape(generator)),
      divergence_(objective::make_divergence(measure.divergence)),
      reduction_(measure.reduction) {
}

Drawing PictureDrawer::draw(const Subject& subject, const model::LowRankAdapter* adapter) const {
  const at::NoGradGuard no_grad;
  const at::Tensor text_BLD = generator_.encode({&subject.caption, 1});
  const at::Tensor z_NBCHW = noise_.z_NCHW(kSamplingStep, subject.sample).unsqueeze(1).to(options_);
  if (adapter == nullptr) {
    const auto base = model::roll_out(generator_.policy, nullptr, text_BLD, z_NBCHW);
    return {.image_BCHW = generator_.decode(base.sample_BCHW)};
  }
  const model::Rollout rollout(
      generator_.policy, *adapter, text_BLD, z_NBCHW,
      {.reference = model::ReferenceUse::kMeasured, .reduction = reduction_});
  return {.image_BCHW = generator_.decode(rollout.trajectory().sample_BCHW),
          .divergence = divergence_of(rollout.trajectory())};
}

double PictureDrawer::divergence_of(const model::Trajectory& trajectory) const {
  if (!divergence_) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0.0;
  for (std::size_t n = 0; n < trajectory.transitions.size(); ++n) {
    const double sigma = generator_.policy.schedule()[n].sigma;
    if (sigma == 0.0) continue;  // the last step of some DDIM schedules
    sum += (*divergence_)(trajectory.transitions[n].squared_distance_B, sigma, {})
               .value_B.item<double>();
  }
  return sum;
}

void require_finite(const at::Tensor& image_BCHW, std::int64_t sample) {
  if (image_BCHW.isfinite().all().item<bool>()) return;
  fail(ExitCode::kNumerics,
       {.where = fmt::format("picture {}", sample),
        .problem = "it holds NaN or infinity",
        .because = "the model, the adapter or the settings overflow",
        .advice = "try model.precision = \"fp32\", a smaller adapter or guidance scale, or fetch "
                  "the model again"});
}

}  // namespace rocm::launcher
