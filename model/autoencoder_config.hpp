// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace rocm::model {

/// What the config.json of an AutoencoderKL says, restricted to what is computed exactly.
struct AutoencoderConfig {
  std::int64_t in_channels = 3;
  std::int64_t out_channels = 3;
  std::int64_t latent_channels = 4;
  std::vector<std::int64_t> channels{64};  ///< block_out_channels, finest resolution first
  std::int64_t layers_per_block = 1;
  std::int64_t norm_groups = 32;
  double scaling_factor = 0.18215;  ///< latents of the U-Net = scaling_factor * latents of encode()

  /// Pixels per latent pixel along one axis.
  [[nodiscard]] std::int64_t downscale() const;

  /// Absent keys and nulls are the class's defaults; throws Failure(kInput) as UNetConfig does.
  static AutoencoderConfig from_json(const nlohmann::json& json, const std::string& where);
};

}  // namespace rocm::model
