// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace rocm::model {

/// One resolution of the U-Net: entry i of block_out_channels and of its companions.
struct UNetLevel {
  enum class Kind : std::uint8_t { kPlain, kCrossAttention };

  std::int64_t channels = 0;
  Kind down = Kind::kPlain;
  Kind up = Kind::kPlain;  ///< of the up block at this resolution (up_block_types read backwards)
  std::int64_t heads =
      0;  ///< the configuration's "attention_head_dim", misnamed for historic reasons
  std::int64_t transformer_layers = 1;
  std::int64_t resnets = 1;  ///< layers_per_block; the up block has one more
};

/// What the config.json of a UNet2DConditionModel says, restricted to what is computed exactly.
struct UNetConfig {
  std::int64_t in_channels = 4;
  std::int64_t out_channels = 4;
  std::vector<UNetLevel> levels;  ///< from the finest resolution to the coarsest
  std::int64_t text_width = 1280;
  std::int64_t norm_groups = 32;
  double norm_epsilon = 1e-5;
  bool flip_sin_to_cos = true;
  double freq_shift = 0.0;
  bool linear_projection = false;  ///< proj_in and proj_out are stored as [C, C], not [C, C, 1, 1]
  bool upcast_attention = false;   ///< attention scores in fp32 below fp32
  std::optional<std::int64_t> guidance_width;  ///< time_cond_proj_dim: an LCM's w-embedding
  std::optional<std::int64_t> sample_size;     ///< latent pixels the model was trained at

  /// Absent keys and nulls are the class's defaults; anything that would change the computation in
  /// a way that is not computed here throws Failure(kInput) naming `where` and the key.
  static UNetConfig from_json(const nlohmann::json& json, const std::string& where);
};

}  // namespace rocm::model
