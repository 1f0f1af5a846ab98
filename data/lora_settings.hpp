// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "data/layer_pattern.hpp"

namespace rocm::data {

/// What a file says about the strength of its adapters: PEFT's LoraConfig, as adapter_config.json
/// or the header's `lora_adapter_metadata` (keys with "unet." in front) carry it.
class LoraSettings {
 public:
  /// Throws Failure(kInput) with `where` for settings that change the function in a way that is not
  /// computed here (DoRA, trained biases, initialisations that alter the base weights, ...).
  [[nodiscard]] static LoraSettings from_adapter_config(const nlohmann::json& config,
                                                        const std::string& where);

  /// Nothing when the metadata says nothing about the U-Net. `text` is JSON.
  [[nodiscard]] static std::optional<LoraSettings> from_metadata(const std::string& text,
                                                                 const std::string& where);

  /// alpha / rank of a layer, alpha / sqrt(rank) with use_rslora. Throws Failure(kInput) when the
  /// settings give the layer another rank than its tensors have, and when several patterns fit it
  /// with different values: PEFT takes the first, in an order that JSON does not promise.
  [[nodiscard]] double scale(std::string_view module, std::int64_t rank) const;

 private:
  /// A value for the layers that the pattern fits.
  struct Exception {
    LayerPattern pattern;
    double value = 0.0;
  };

  LoraSettings(const nlohmann::json& config, std::string where);

  [[nodiscard]] std::vector<Exception> exceptions(const nlohmann::json& config,
                                                  const char* key) const;
  [[nodiscard]] double value_for(std::string_view module, double otherwise,
                                 const std::vector<Exception>& exceptions) const;

  std::string where_;
  double rank_ = 0.0;
  double alpha_ = 0.0;
  bool rank_stabilised_ = false;
  std::vector<Exception> ranks_;
  std::vector<Exception> alphas_;
};

}  // namespace rocm::data
