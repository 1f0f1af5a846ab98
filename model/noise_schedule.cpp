// SPDX-License-Identifier: Apache-2.0
#include "model/noise_schedule.hpp"

#include <cmath>
#include <type_traits>

#include <ATen/core/Tensor.h>
#include <ATen/ops/linspace.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

/// Whether the value is of the JSON type that stands for T: 1e300 and true are no integers, though
/// the library would convert them.
template <class T>
bool is_json_of(const nlohmann::json& value) {
  if constexpr (std::is_same_v<T, std::string>) return value.is_string();
  if constexpr (std::is_same_v<T, bool>) return value.is_boolean();
  if constexpr (std::is_same_v<T, std::int64_t>) return value.is_number_integer();
  return value.is_number();
}

/// The value of `key`, or `fallback` where it is absent or null (diffusers reads both alike).
template <class T>
T value_or(const nlohmann::json& json, const char* key, T fallback, const std::string& where) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return fallback;
  if (is_json_of<T>(*found)) return found->get<T>();
  fail(ExitCode::kInput, {.where = where,
                          .problem = fmt::format("{} has the wrong type", key),
                          .because = "the schedule cannot be computed from it",
                          .advice = "compare with the published scheduler_config.json"});
}

/// `supported` lists what is computed here, for the reader.
void refuse_schedule_unless(bool ok, const nlohmann::json& json, const char* key,
                            const char* supported, const std::string& where) {
  if (ok) return;
  const std::string value = json.contains(key) ? json[key].dump(-1, ' ', true) : "absent";
  fail(ExitCode::kInput, {.where = where,
                          .problem = fmt::format("{} is {:.80}", key, value),
                          .because = "sampling would silently differ from what the model expects",
                          .advice = fmt::format("only {} is computed here", supported)});
}

PredictionType prediction_type(const nlohmann::json& json, const std::string& where) {
  const auto name = value_or<std::string>(json, "prediction_type", "epsilon", where);
  if (name == "epsilon") return PredictionType::kEpsilon;
  if (name == "sample") return PredictionType::kSample;
  refuse_schedule_unless(name == "v_prediction", json, "prediction_type",
                         "epsilon, sample or v_prediction", where);
  return PredictionType::kVelocity;
}

void refuse_inexact_options(const nlohmann::json& json, const std::string& where) {
  for (const char* flag : {"clip_sample", "thresholding", "rescale_betas_zero_snr"})
    refuse_schedule_unless(!value_or<bool>(json, flag, false, where), json, flag, "false", where);
  refuse_schedule_unless(!json.contains("trained_betas") || json["trained_betas"].is_null(), json,
                         "trained_betas", "null", where);
}

bool is_plausible(const NoiseScheduleConfig& config) {
  return config.num_train_timesteps >= 1 && config.num_train_timesteps <= 1'000'000 &&
         config.original_inference_steps >= 1 &&
         config.original_inference_steps <= config.num_train_timesteps && config.beta_start > 0.0 &&
         config.beta_start < 1.0 && config.beta_end > 0.0 && config.beta_end < 1.0 &&
         std::isfinite(config.timestep_scaling);
}

}  // namespace

NoiseScheduleConfig NoiseScheduleConfig::from_json(const nlohmann::json& json,
                                                   const std::string& where) {
  refuse_inexact_options(json, where);
  NoiseScheduleConfig config;
  config.num_train_timesteps =
      value_or(json, "num_train_timesteps", config.num_train_timesteps, where);
  config.beta_start = value_or(json, "beta_start", config.beta_start, where);
  config.beta_end = value_or(json, "beta_end", config.beta_end, where);
  config.beta_schedule = value_or(json, "beta_schedule", config.beta_schedule, where);
  config.prediction = prediction_type(json, where);
  config.original_inference_steps =
      value_or(json, "original_inference_steps", config.original_inference_steps, where);
  config.timestep_scaling = value_or(json, "timestep_scaling", config.timestep_scaling, where);
  refuse_schedule_unless(
      config.beta_schedule == "scaled_linear" || config.beta_schedule == "linear", json,
      "beta_schedule", "scaled_linear or linear", where);
  if (is_plausible(config)) return config;
  fail(ExitCode::kInput,
       {.where = where,
        .problem = "num_train_timesteps, original_inference_steps or a beta is out of range",
        .because = "no schedule can be made of it",
        .advice = "compare with the published scheduler_config.json"});
}

std::vector<double> alphas_cumprod(const NoiseScheduleConfig& config) {
  const bool scaled = config.beta_schedule == "scaled_linear";
  const double start = scaled ? std::sqrt(config.beta_start) : config.beta_start;
  const double end = scaled ? std::sqrt(config.beta_end) : config.beta_end;
  at::Tensor betas = at::linspace(start, end, config.num_train_timesteps, at::kFloat);
  if (scaled) betas = betas.pow(2);
  const at::Tensor alphas = betas.neg().add(1.0).cumprod(0).to(at::kDouble).contiguous();
  const auto* values = alphas.const_data_ptr<double>();
  return {values, values + alphas.numel()};
}

}  // namespace rocm::model
