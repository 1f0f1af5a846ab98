// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace rocm::model {

enum class PredictionType : std::uint8_t { kEpsilon, kSample, kVelocity };

/// What scheduler_config.json says about the forward process. Absent keys mean the defaults of
/// diffusers' LCMScheduler.
struct NoiseScheduleConfig {
  std::int64_t num_train_timesteps = 1000;
  double beta_start = 0.00085;
  double beta_end = 0.012;
  std::string beta_schedule = "scaled_linear";  ///< scaled_linear | linear
  PredictionType prediction = PredictionType::kEpsilon;
  std::int64_t original_inference_steps = 50;
  double timestep_scaling = 10.0;

  /// Throws Failure(kInput) for every value that this program would not compute exactly
  /// (clip_sample, thresholding, trained_betas, zero-SNR rescaling, other beta schedules).
  [[nodiscard]] static NoiseScheduleConfig from_json(const nlohmann::json& json,
                                                     const std::string& where);
};

/// alpha-bar of every training timestep, computed in float32 as the reference does (float64 would
/// differ by 8e-7 relative). Source: diffusers LCMScheduler.__init__.
[[nodiscard]] std::vector<double> alphas_cumprod(const NoiseScheduleConfig& config);

}  // namespace rocm::model
