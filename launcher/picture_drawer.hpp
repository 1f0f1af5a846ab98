// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <ATen/core/Tensor.h>

#include "launcher/computation.hpp"
#include "launcher/config/objective_config.hpp"
#include "launcher/generator.hpp"
#include "launcher/noise_source.hpp"

namespace rocm::launcher {

/// How far a policy is said to be from its base model.
struct DivergenceMeasure {
  objective::DivergenceKind divergence = objective::DivergenceKind::kKl;
  model::DistanceReduction reduction = model::DistanceReduction::kMean;

  bool operator==(const DivergenceMeasure&) const = default;
};

/// That of an objective; without a divergence, the one that it measures (objective.measure).
[[nodiscard]] DivergenceMeasure measure_of(const ObjectiveConfig& objective);

/// What to draw: a prompt, and the number of its noise (of step 0).
struct Subject {
  std::string caption;
  std::int64_t sample = 0;
};

struct Drawing {
  at::Tensor image_BCHW;    ///< B = 1, in 0..1
  double divergence = 0.0;  ///< sum over transitions with a density; 0 of the base model, NaN if
                            ///< it is not measured
};

/// Draws pictures for comparisons, each alone: two pictures of a subject differ by their policies
/// and nothing else, and have the same bits on any rank.
class PictureDrawer {
 public:
  /// The generator outlives it.
  PictureDrawer(Generator& generator, const Computation& computation, std::uint64_t seed,
                const DivergenceMeasure& measure);

  /// The base model's where adapter is null.
  [[nodiscard]] Drawing draw(const Subject& subject, const model::LowRankAdapter* adapter) const;

 private:
  [[nodiscard]] double divergence_of(const model::Trajectory& trajectory) const;

  Generator& generator_;
  at::TensorOptions options_;
  KeyedNoise noise_;
  std::unique_ptr<objective::Divergence> divergence_;
  model::DistanceReduction reduction_;
};

/// Throws Failure(kNumerics) naming the sample if the image holds NaN, which would be drawn black.
void require_finite(const at::Tensor& image_BCHW, std::int64_t sample);

}  // namespace rocm::launcher
