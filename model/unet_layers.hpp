// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "model/blocks/residual_block.hpp"
#include "model/blocks/spatial_transformer.hpp"
#include "model/layers.hpp"
#include "model/timestep_sinusoid.hpp"
#include "model/unet_config.hpp"

namespace rocm::model {

/// From a timestep, and a guidance weight, to one vector. All frozen unless targeted.
struct TimeEmbedding {
  TimestepSinusoid sinusoid;
  std::optional<Linear> guidance;  ///< time_embedding.cond_proj, added to the sinusoid
  Linear linear1;
  Linear linear2;
};

/// A residual block that knows the time, and the transformer behind it, if any.
struct UNetStage {
  ResidualBlock residual;
  Linear time_projection;  ///< time_emb_proj
  std::optional<SpatialTransformer> transformer;
};

/// One resolution, on the way down or up.
struct UNetLevelLayers {
  std::vector<UNetStage> stages;
  std::optional<Conv2d> resample;  ///< at the end, except at the last level
};

/// The layers of a UNet2DConditionModel, by name and in the order of computation.
struct UNetLayers {
  UNetConfig config;
  TimeEmbedding time;
  Conv2d conv_in;
  std::vector<UNetLevelLayers> down;
  std::vector<UNetStage> middle;  ///< two; the first has the transformer
  std::vector<UNetLevelLayers> up;
  GroupNorm norm_out;
  Conv2d conv_out;

  /// In the order in which a forward pass meets them.
  template <class Visitor>
  void for_each_stage(Visitor&& visit) const {
    for (const UNetLevelLayers& level : down)
      for (const UNetStage& stage : level.stages) visit(stage);
    for (const UNetStage& stage : middle) visit(stage);
    for (const UNetLevelLayers& level : up)
      for (const UNetStage& stage : level.stages) visit(stage);
  }
};

/// Throws Failure(kInput) when tensors are missing or misshapen.
UNetLayers load_unet(const UNetConfig& config, const WeightScope& weights, AdapterPlan* plan);

}  // namespace rocm::model
