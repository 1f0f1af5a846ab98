// SPDX-License-Identifier: Apache-2.0
#include "model/unet_layers.hpp"

namespace rocm::model {
namespace {

constexpr std::int64_t kTimeWidthFactor = 4;

/// What all parts of one network share while it is built.
class Loader {
 public:
  Loader(const UNetConfig& config, const WeightScope& root, AdapterPlan* plan)
      : config_(config), root_(root), plan_(plan) {}

  [[nodiscard]] UNetLayers load();

 private:
  enum class Attention : std::uint8_t { kAbsent, kPresent };

  [[nodiscard]] TimeEmbedding time() const;
  void down_level(std::size_t i, UNetLayers& net);
  void up_level(std::size_t i, UNetLayers& net);
  [[nodiscard]] std::vector<UNetStage> middle() const;

  /// The stage number j of a block: its residual block reads `in` channels.
  [[nodiscard]] UNetStage stage(const WeightScope& block, std::size_t j, std::int64_t in,
                                const UNetLevel& level, Attention attention) const;
  [[nodiscard]] SpatialTransformer transformer(const WeightScope& scope,
                                               const UNetLevel& level) const;

  [[nodiscard]] std::int64_t time_width() const {
    return kTimeWidthFactor * config_.levels.front().channels;
  }

  [[nodiscard]] static Attention attention(UNetLevel::Kind kind) {
    return kind == UNetLevel::Kind::kCrossAttention ? Attention::kPresent : Attention::kAbsent;
  }

  const UNetConfig& config_;
  const WeightScope& root_;
  AdapterPlan* plan_;
  std::int64_t channels_ = 0;                ///< of the feature map at this point of the walk
  std::vector<std::int64_t> skip_channels_;  ///< of the feature maps that the way up will read
};

TimeEmbedding Loader::time() const {
  const std::int64_t width = config_.levels.front().channels;
  const WeightScope scope = root_ / "time_embedding";
  TimeEmbedding time;
  time.sinusoid = {
      .width = width, .flip_sin_to_cos = config_.flip_sin_to_cos, .freq_shift = config_.freq_shift};
  time.linear1 = Linear::load(scope / "linear_1", {.in = width, .out = time_width()}, plan_);
  if (config_.guidance_width)
    time.guidance =
        Linear::load(scope / "cond_proj",
                     {.in = *config_.guidance_width, .out = width, .bias = Bias::kNone}, plan_);
  time.linear2 = Linear::load(scope / "linear_2", {.in = time_width(), .out = time_width()}, plan_);
  return time;
}

SpatialTransformer Loader::transformer(const WeightScope& scope, const UNetLevel& level) const {
  return SpatialTransformer::load(scope,
                                  {.block = {.channels = level.channels,
                                             .text_width = config_.text_width,
                                             .heads = level.heads,
                                             .upcast = config_.upcast_attention},
                                   .layers = level.transformer_layers,
                                   .groups = config_.norm_groups,
                                   .linear_projection = config_.linear_projection},
                                  plan_);
}

UNetStage Loader::stage(const WeightScope& block, std::size_t j, std::int64_t in,
                        const UNetLevel& level, Attention attention) const {
  const WeightScope resnet = block / "resnets" / j;
  UNetStage stage;
  stage.residual = ResidualBlock::load(resnet,
                                       {.in = in,
                                        .out = level.channels,
                                        .groups = config_.norm_groups,
                                        .epsilon = config_.norm_epsilon},
                                       plan_);
  stage.time_projection =
      Linear::load(resnet / "time_emb_proj", {.in = time_width(), .out = level.channels}, plan_);
  if (attention == Attention::kPresent)
    stage.transformer = transformer(block / "attentions" / j, level);
  return stage;
}

void Loader::down_level(std::size_t i, UNetLayers& net) {
  const UNetLevel& level = config_.levels[i];
  const WeightScope block = root_ / "down_blocks" / i;
  UNetLevelLayers layers;
  for (std::size_t j = 0; j < static_cast<std::size_t>(level.resnets); ++j) {
    layers.stages.push_back(stage(block, j, channels_, level, attention(level.down)));
    skip_channels_.push_back(channels_ = level.channels);
  }
  if (i + 1 < config_.levels.size()) {
    layers.resample =
        Conv2d::load(block / "downsamplers.0.conv",
                     {.in = level.channels, .out = level.channels, .stride = 2}, plan_);
    skip_channels_.push_back(level.channels);
  }
  net.down.push_back(std::move(layers));
}

std::vector<UNetStage> Loader::middle() const {
  const UNetLevel& level = config_.levels.back();
  const WeightScope block = root_ / "mid_block";
  std::vector<UNetStage> stages;
  stages.push_back(stage(block, 0, level.channels, level, Attention::kPresent));
  stages.push_back(stage(block, 1, level.channels, level, Attention::kAbsent));
  return stages;
}

void Loader::up_level(std::size_t i, UNetLayers& net) {
  const UNetLevel& level = config_.levels[config_.levels.size() - 1 - i];
  const WeightScope block = root_ / "up_blocks" / i;
  UNetLevelLayers layers;
  for (std::size_t j = 0; j < static_cast<std::size_t>(level.resnets) + 1; ++j) {
    const std::int64_t in = channels_ + skip_channels_.back();
    skip_channels_.pop_back();
    layers.stages.push_back(stage(block, j, in, level, attention(level.up)));
    channels_ = level.channels;
  }
  if (i + 1 < config_.levels.size())
    layers.resample = Conv2d::load(block / "upsamplers.0.conv",
                                   {.in = level.channels, .out = level.channels}, plan_);
  net.up.push_back(std::move(layers));
}

UNetLayers Loader::load() {
  const std::int64_t first = config_.levels.front().channels;
  UNetLayers net;
  net.config = config_;
  net.conv_in = Conv2d::load(root_ / "conv_in", {.in = config_.in_channels, .out = first}, plan_);
  net.time = time();
  skip_channels_.push_back(channels_ = first);
  for (std::size_t i = 0; i < config_.levels.size(); ++i) down_level(i, net);
  net.middle = middle();
  for (std::size_t i = 0; i < config_.levels.size(); ++i) up_level(i, net);
  net.norm_out = GroupNorm::load(
      root_ / "conv_norm_out",
      {.channels = first, .groups = config_.norm_groups, .epsilon = config_.norm_epsilon});
  net.conv_out =
      Conv2d::load(root_ / "conv_out", {.in = first, .out = config_.out_channels}, plan_);
  return net;
}

}  // namespace

UNetLayers load_unet(const UNetConfig& config, const WeightScope& weights, AdapterPlan* plan) {
  return Loader(config, weights, plan).load();
}

}  // namespace rocm::model
