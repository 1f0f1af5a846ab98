// SPDX-License-Identifier: Apache-2.0
#include "data/lora_settings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "data/json_file.hpp"
#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

/// Settings under which an adapter is more, or other, than scale * B A.
constexpr std::array<const char*, 16> kMustBeOff = {"alora_invocation_tokens",
                                                    "arrow_config",
                                                    "bias",
                                                    "fan_in_fan_out",
                                                    "kasa_config",
                                                    "layer_replication",
                                                    "loftq_config",
                                                    "lora_bias",
                                                    "modules_to_save",
                                                    "monteclora_config",
                                                    "target_parameters",
                                                    "trainable_token_indices",
                                                    "use_bdlora",
                                                    "use_dora",
                                                    "use_qalora",
                                                    "velora_config"};

/// Initialisations that leave the base weights alone; others ("pissa", "olora", "corda", "loftq")
/// change them, and the stored A and B mean nothing without that change.
constexpr std::array<std::string_view, 3> kHarmlessStarts = {"gaussian", "eva", "orthogonal"};

[[noreturn]] void refuse_settings(const std::string& where, const std::string& problem,
                                  const std::string& because) {
  fail(ExitCode::kInput, {.where = where,
                          .problem = problem,
                          .because = because,
                          .advice = "use an adapter of plain low-rank layers"});
}

const nlohmann::json& at_or_null(const nlohmann::json& config, const char* key) {
  static const nlohmann::json null;
  const auto found = config.find(key);
  return found == config.end() ? null : *found;
}

bool is_off(const nlohmann::json& value) {
  return value.is_null() || value == false || value == "none" ||
         (value.is_structured() && value.empty());
}

bool is_harmless_start(const nlohmann::json& value) {
  if (value.is_null() || value.is_boolean()) return true;
  return value.is_string() &&
         std::ranges::find(kHarmlessStarts, value.get<std::string>()) != kHarmlessStarts.end();
}

void check_supported(const nlohmann::json& config, const std::string& where) {
  for (const char* key : kMustBeOff) {
    if (is_off(at_or_null(config, key))) continue;
    refuse_settings(where,
                    fmt::format("{} is {}", key, printable(config.at(key).dump(-1, ' ', true))),
                    "it changes the function in a way that is not computed here");
  }
  const nlohmann::json& start = at_or_null(config, "init_lora_weights");
  if (!is_harmless_start(start)) {
    refuse_settings(where,
                    fmt::format("init_lora_weights is {}", printable(start.dump(-1, ' ', true))),
                    "that initialisation changes the base weights too");
  }
}

double finite_number(const nlohmann::json& config, const char* key, const std::string& where) {
  const nlohmann::json& value = at_or_null(config, key);
  if (value.is_number() && std::isfinite(value.get<double>())) return value.get<double>();
  refuse_settings(where, fmt::format("{} is no finite number", printable(key)),
                  "the adapter's strength is unknown");
}

}  // namespace

LoraSettings LoraSettings::from_adapter_config(const nlohmann::json& config,
                                               const std::string& where) {
  const nlohmann::json& type = config.is_object() ? at_or_null(config, "peft_type") : config;
  if (type != "LORA") {
    refuse_settings(where, fmt::format("peft_type is {}", printable(type.dump(-1, ' ', true))),
                    "only LORA is computed here");
  }
  return {config, where};
}

std::optional<LoraSettings> LoraSettings::from_metadata(const std::string& text,
                                                        const std::string& where) {
  const nlohmann::json metadata = parse_json(text, where);
  if (!metadata.is_object())
    refuse_settings(where, "it is no JSON object", "it must hold settings by name");
  // A pipeline's settings are told apart by component; a U-Net that saves its adapter alone
  // (save_lora_adapter) writes neither its tensors nor its settings under a prefix.
  if (metadata.contains("r")) return LoraSettings(metadata, where);
  constexpr std::string_view kPrefix = "unet.";
  nlohmann::json config = nlohmann::json::object();
  for (const auto& [key, value] : metadata.items()) {
    if (key.starts_with(kPrefix)) config[key.substr(kPrefix.size())] = value;
  }
  if (config.empty()) return {};
  return LoraSettings(config, where);
}

LoraSettings::LoraSettings(const nlohmann::json& config, std::string where)
    : where_(std::move(where)),
      rank_(finite_number(config, "r", where_)),
      alpha_(finite_number(config, "lora_alpha", where_)),
      rank_stabilised_(at_or_null(config, "use_rslora") == true),
      ranks_(exceptions(config, "rank_pattern")),
      alphas_(exceptions(config, "alpha_pattern")) {
  check_supported(config, where_);
}

std::vector<LoraSettings::Exception> LoraSettings::exceptions(const nlohmann::json& config,
                                                              const char* key) const {
  const nlohmann::json& patterns = at_or_null(config, key);
  if (patterns.is_null()) return {};
  if (!patterns.is_object())
    refuse_settings(where_, fmt::format("{} is no object", key), "it maps layers");
  std::vector<Exception> found;
  const std::string where = fmt::format("{}: {}", where_, key);
  for (const auto& [pattern, value] : patterns.items()) {
    found.push_back(
        {LayerPattern(pattern, where), finite_number(patterns, pattern.c_str(), where)});
  }
  return found;
}

double LoraSettings::value_for(std::string_view module, double otherwise,
                               const std::vector<Exception>& exceptions) const {
  std::optional<double> value;
  for (const Exception& exception : exceptions) {
    if (!exception.pattern.fits(module)) continue;
    if (value.value_or(exception.value) != exception.value) {
      refuse_settings(where_, fmt::format("two patterns fit the layer \"{}\"", printable(module)),
                      "it is unclear which of them counts");
    }
    value = exception.value;
  }
  return value.value_or(otherwise);
}

double LoraSettings::scale(std::string_view module, std::int64_t rank) const {
  const auto r = static_cast<double>(rank);
  if (const double said = value_for(module, rank_, ranks_); said != r) {
    refuse_settings(where_,
                    fmt::format("layer \"{}\" should have rank {}", printable(module), said),
                    fmt::format("its tensors have rank {}", rank));
  }
  return value_for(module, alpha_, alphas_) / (rank_stabilised_ ? std::sqrt(r) : r);
}

}  // namespace rocm::data
