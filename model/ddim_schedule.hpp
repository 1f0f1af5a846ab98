// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "model/noise_schedule.hpp"
#include "model/sampling_schedule.hpp"

namespace rocm::model {

/// What scheduler_config.json says to a DDIM sampler. The defaults are Stable Diffusion's.
struct DdimConfig {
  NoiseScheduleConfig noise;
  std::string timestep_spacing = "leading";  ///< leading | trailing | linspace
  std::int64_t steps_offset = 1;             ///< added to leading timesteps
  bool set_alpha_to_one = false;  ///< the last step ends at alpha-bar 1, not at that of t = 0

  /// Absent keys mean Stable Diffusion's values, whose files name other samplers (PNDM, DEIS) that
  /// have fewer keys; but in a file of DDIMScheduler they mean that class's own defaults. Throws
  /// Failure(kInput) for what is not computed here: clip_sample (which that class turns on where it
  /// is absent), thresholding, zero-SNR rescaling.
  [[nodiscard]] static DdimConfig from_json(const nlohmann::json& json, const std::string& where);

  /// One line, for people.
  [[nodiscard]] std::string summary() const;
};

/// Timesteps in sampling order. Throws Failure(kUsage) if there are not that many, or one is
/// beyond the last training timestep. Source: diffusers DDIMScheduler.set_timesteps.
[[nodiscard]] std::vector<std::int64_t> ddim_timesteps(const DdimConfig& config,
                                                       std::int64_t num_steps);

/// The N steps of DDIM (Song, Meng, Ermon 2021, equations 12 and 16). With a = alpha-bar at t and
/// a' at t' = t - T / N:
///   sigma = eta sqrt((1 - a') / (1 - a) (1 - a / a')),
///   mean  = sqrt(a') x0 + sqrt(1 - a' - sigma^2) noise.
/// With eta > 0 [0 ... 1] every step is a noisy transition, and the sample is what the last one
/// draws; its sigma is 0 where a' is 1 or t is 0 (see has_densities). With eta = 0 none is.
[[nodiscard]] SamplingSchedule ddim_schedule(const DdimConfig& config, std::int64_t num_steps,
                                             double eta);

}  // namespace rocm::model
