// SPDX-License-Identifier: Apache-2.0
#include "model/ddim_schedule.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dist/base/contract.hpp"
#include "model/config_reader.hpp"
#include "model/estimate.hpp"

namespace rocm::model {
namespace {

/// The keys of diffusers' DDIMScheduler whose defaults are not Stable Diffusion's.
nlohmann::json with_defaults_of_ddim(const nlohmann::json& json) {
  nlohmann::json complete{{"beta_start", 0.0001},      {"beta_end", 0.02},
                          {"beta_schedule", "linear"}, {"clip_sample", true},
                          {"set_alpha_to_one", true},  {"steps_offset", 0}};
  for (const auto& [key, value] : json.items())
    if (!value.is_null()) complete[key] = value;
  return complete;
}

void refuse_silent_clipping(const ConfigReader& reader, const std::string& where) {
  if (reader.states("clip_sample")) return;
  fail(ExitCode::kInput,
       {.where = where,
        .problem = "clip_sample is absent",
        .because = "DDIMScheduler clips where its file does not say otherwise, and clipping is not "
                   "computed here",
        .advice = "write \"clip_sample\": false into scheduler_config.json, which is what "
                  "latents need"});
}

std::string spacing_of(const ConfigReader& reader) {
  std::string name = reader.text("timestep_spacing", "leading");
  if (name != "leading" && name != "trailing" && name != "linspace")
    reader.refuse("timestep_spacing", "leading, trailing or linspace");
  return name;
}

std::int64_t offset_of(const ConfigReader& reader, const NoiseScheduleConfig& noise,
                       std::int64_t fallback) {
  const double steps = reader.number("steps_offset", static_cast<double>(fallback));
  if (steps != std::floor(steps) || steps < 0.0 ||
      steps >= static_cast<double>(noise.num_train_timesteps))
    reader.refuse("steps_offset", "a training timestep");
  return static_cast<std::int64_t>(steps);
}

std::string_view diffusers_name(PredictionType prediction) {
  switch (prediction) {
    case PredictionType::kVelocity:
      return "v_prediction";
    case PredictionType::kSample:
      return "sample";
    case PredictionType::kEpsilon:
      break;
  }
  return "epsilon";
}

/// Of N steps the one that is i before the last, rounded as NumPy rounds.
std::int64_t spaced_timestep(const DdimConfig& config, std::int64_t num_steps, std::int64_t i) {
  const std::int64_t train = config.noise.num_train_timesteps;
  if (config.timestep_spacing == "leading") return i * (train / num_steps) + config.steps_offset;
  const auto top = static_cast<double>(train);
  const auto count = static_cast<double>(num_steps);
  if (config.timestep_spacing == "trailing") {
    const double stride = (top - top / count) - top;  // arange's, as it is rounded there
    return std::lrint(top + (count - 1.0 - static_cast<double>(i)) * stride) - 1;
  }
  return i == 0 ? 0 : std::lrint(static_cast<double>(i) * ((top - 1.0) / (count - 1.0)));
}

/// From alpha-bar a to a'.
SamplingStep ddim_step(PredictionType prediction, double a, double a_next, double eta) {
  const Estimate x0 = clean_estimate(prediction, a);
  const Estimate noise = noise_estimate(prediction, a);
  const double variance = eta * eta * (1.0 - a_next) / (1.0 - a) * (1.0 - a / a_next);
  const double direction = std::sqrt(std::max(0.0, 1.0 - a_next - variance));
  const double alpha = std::sqrt(a_next);
  return {.state_scale = alpha * x0.state + direction * noise.state,
          .output_scale = alpha * x0.output + direction * noise.output,
          .sigma = std::sqrt(variance),
          .alpha_bar = a,
          .clean = x0,
          .draws_noise = eta > 0.0};
}

}  // namespace

DdimConfig DdimConfig::from_json(const nlohmann::json& json, const std::string& where) {
  const ConfigReader given(json, where);
  const bool its_own = given.text("_class_name", "") == "DDIMScheduler";
  if (its_own) refuse_silent_clipping(given, where);
  const nlohmann::json complete = its_own ? with_defaults_of_ddim(json) : json;
  const ConfigReader reader(complete, where);
  DdimConfig config;
  config.noise = NoiseScheduleConfig::from_json(complete, where);
  config.timestep_spacing = spacing_of(reader);
  config.steps_offset = offset_of(reader, config.noise, config.steps_offset);
  config.set_alpha_to_one = reader.flag("set_alpha_to_one", config.set_alpha_to_one);
  return config;
}

std::string DdimConfig::summary() const {
  return fmt::format(
      "DDIM, {} timesteps, steps_offset {}, set_alpha_to_one {}, {} prediction, {} betas {} to {}",
      timestep_spacing, steps_offset, set_alpha_to_one, diffusers_name(noise.prediction),
      noise.beta_schedule, noise.beta_start, noise.beta_end);
}

std::vector<std::int64_t> ddim_timesteps(const DdimConfig& config, std::int64_t num_steps) {
  const std::int64_t train = config.noise.num_train_timesteps;
  require(num_steps >= 1 && num_steps <= train,
          {.where = "model.steps",
           .problem = fmt::format("{} steps were asked for", num_steps),
           .because = fmt::format("the model was trained on {} timesteps", train),
           .advice = fmt::format("choose 1 to {}", train)});
  std::vector<std::int64_t> timesteps;
  for (std::int64_t i = num_steps; i-- > 0;)
    timesteps.push_back(spaced_timestep(config, num_steps, i));
  require(timesteps.front() < train,
          {.where = "model.steps",
           .problem = fmt::format("{} steps start at timestep {}", num_steps, timesteps.front()),
           .because = fmt::format("steps_offset is {} and the last timestep is {}",
                                  config.steps_offset, train - 1),
           .advice = "use fewer steps"});
  return timesteps;
}

SamplingSchedule ddim_schedule(const DdimConfig& config, std::int64_t num_steps, double eta) {
  const auto timesteps = ddim_timesteps(config, num_steps);
  const auto alpha_bar = alphas_cumprod(config.noise);
  const double final_alpha_bar = config.set_alpha_to_one ? 1.0 : alpha_bar.front();
  const std::int64_t stride = config.noise.num_train_timesteps / num_steps;
  const auto alpha_bar_at = [&](std::int64_t t) {
    return t < 0 ? final_alpha_bar : alpha_bar[static_cast<std::size_t>(t)];
  };
  SamplingSchedule schedule;
  for (const std::int64_t t : timesteps) {
    const std::int64_t next = t - stride;  // as the reference: not the next timestep of the list
    SamplingStep step =
        ddim_step(config.noise.prediction, alpha_bar_at(t), alpha_bar_at(next), eta);
    step.timestep = t;
    step.next_timestep = std::max<std::int64_t>(next, 0);
    schedule.push_back(step);
  }
  return schedule;
}

}  // namespace rocm::model
