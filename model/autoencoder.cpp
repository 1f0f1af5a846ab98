// SPDX-License-Identifier: Apache-2.0
#include "model/autoencoder.hpp"

#include <optional>
#include <vector>

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/upsample_nearest2d.h>

#include "model/blocks/attention_layer.hpp"
#include "model/blocks/residual_block.hpp"
#include "model/ops/token_layout.hpp"

namespace rocm::model {
namespace {

constexpr double kVaeNormEpsilon = 1e-6;

/// Residual block, attention of all pixels to all with one head, residual block.
struct Middle {
  ResidualBlock first;
  GroupNorm norm;
  AttentionLayer attention;
  ResidualBlock last;

  at::Tensor operator()(const at::Tensor& input_BCHW) const {
    const at::Tensor x_BCHW = first(input_BCHW);
    const at::Tensor residual_BLC = pixels_as_tokens(x_BCHW);
    // A transposed view would make every projection copy it.
    const at::Tensor normed_BLC = pixels_as_tokens(norm(x_BCHW)).contiguous();
    const at::Tensor y_BLC = attention.add_to(residual_BLC, normed_BLC, nullptr);
    return last(tokens_as_pixels(y_BLC, x_BCHW.sizes()).contiguous());
  }
};

/// One resolution: residual blocks, then a change of resolution except at the end.
struct Level {
  std::vector<ResidualBlock> blocks;
  std::optional<Conv2d> resample;
};

struct Coder {
  Conv2d conv_in;
  Middle middle;
  std::vector<Level> levels;
  GroupNorm norm_out;
  Conv2d conv_out;
};

class Loader {
 public:
  explicit Loader(const AutoencoderConfig& config) : config_(config) {}

  [[nodiscard]] Coder encoder(const WeightScope& scope) const;
  [[nodiscard]] Coder decoder(const WeightScope& scope) const;

 private:
  [[nodiscard]] GroupNorm norm(const WeightScope& scope, std::int64_t channels) const {
    return GroupNorm::load(
        scope, {.channels = channels, .groups = config_.norm_groups, .epsilon = kVaeNormEpsilon});
  }

  [[nodiscard]] ResidualBlock residual(const WeightScope& scope, std::int64_t in,
                                       std::int64_t out) const {
    return ResidualBlock::load(
        scope, {.in = in, .out = out, .groups = config_.norm_groups, .epsilon = kVaeNormEpsilon});
  }

  [[nodiscard]] Middle middle(const WeightScope& scope, std::int64_t channels) const;
  [[nodiscard]] Level level(const WeightScope& scope, std::int64_t in, std::int64_t out,
                            std::int64_t blocks) const;

  const AutoencoderConfig& config_;
};

Middle Loader::middle(const WeightScope& scope, std::int64_t channels) const {
  const WeightScope attention = scope / "attentions.0";
  return {
      .first = residual(scope / "resnets.0", channels, channels),
      .norm = norm(attention / "group_norm", channels),
      .attention = AttentionLayer::load(
          attention, {.channels = channels, .source_width = channels, .qkv_bias = Bias::kPresent}),
      .last = residual(scope / "resnets.1", channels, channels)};
}

Level Loader::level(const WeightScope& scope, std::int64_t in, std::int64_t out,
                    std::int64_t blocks) const {
  Level level;
  for (std::size_t i = 0; i < static_cast<std::size_t>(blocks); ++i)
    level.blocks.push_back(residual(scope / "resnets" / i, i == 0 ? in : out, out));
  return level;
}

Coder Loader::encoder(const WeightScope& scope) const {
  const std::vector<std::int64_t>& channels = config_.channels;
  Coder coder;
  coder.conv_in =
      Conv2d::load(scope / "conv_in", {.in = config_.in_channels, .out = channels.front()});
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const WeightScope block = scope / "down_blocks" / i;
    coder.levels.push_back(
        level(block, channels[i == 0 ? 0 : i - 1], channels[i], config_.layers_per_block));
    if (i + 1 < channels.size())
      coder.levels.back().resample =
          Conv2d::load(block / "downsamplers.0.conv",
                       {.in = channels[i], .out = channels[i], .stride = 2, .padding = 0});
  }
  coder.middle = middle(scope / "mid_block", channels.back());
  coder.norm_out = norm(scope / "conv_norm_out", channels.back());
  coder.conv_out =
      Conv2d::load(scope / "conv_out", {.in = channels.back(), .out = 2 * config_.latent_channels});
  return coder;
}

Coder Loader::decoder(const WeightScope& scope) const {
  const std::vector<std::int64_t> channels(config_.channels.rbegin(), config_.channels.rend());
  Coder coder;
  coder.conv_in =
      Conv2d::load(scope / "conv_in", {.in = config_.latent_channels, .out = channels.front()});
  coder.middle = middle(scope / "mid_block", channels.front());
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const WeightScope block = scope / "up_blocks" / i;
    coder.levels.push_back(
        level(block, channels[i == 0 ? 0 : i - 1], channels[i], config_.layers_per_block + 1));
    if (i + 1 < channels.size())
      coder.levels.back().resample =
          Conv2d::load(block / "upsamplers.0.conv", {.in = channels[i], .out = channels[i]});
  }
  coder.norm_out = norm(scope / "conv_norm_out", channels.back());
  coder.conv_out =
      Conv2d::load(scope / "conv_out", {.in = channels.back(), .out = config_.out_channels});
  return coder;
}

Conv2d pointwise(const WeightScope& scope, std::int64_t channels) {
  return Conv2d::load(scope, {.in = channels, .out = channels, .kernel = 1, .padding = 0});
}

at::Tensor apply_blocks(const Level& level, at::Tensor x_BCHW) {
  for (const ResidualBlock& block : level.blocks) x_BCHW = block(x_BCHW);
  return x_BCHW;
}

at::Tensor finish(const Coder& coder, const at::Tensor& x_BCHW) {
  return coder.conv_out(coder.norm_out.then_silu(x_BCHW));
}

}  // namespace

struct Autoencoder::Layers {
  AutoencoderConfig config;
  Coder encoder;
  Conv2d quant_conv;
  Conv2d post_quant_conv;
  Coder decoder;
};

Autoencoder::Autoencoder(const AutoencoderConfig& config, const WeightScope& weights) {
  const Loader load(config);
  layers_ = std::make_unique<const Layers>(
      Layers{.config = config,
             .encoder = load.encoder(weights / "encoder"),
             .quant_conv = pointwise(weights / "quant_conv", 2 * config.latent_channels),
             .post_quant_conv = pointwise(weights / "post_quant_conv", config.latent_channels),
             .decoder = load.decoder(weights / "decoder")});
}

Autoencoder::~Autoencoder() = default;
Autoencoder::Autoencoder(Autoencoder&&) noexcept = default;
Autoencoder& Autoencoder::operator=(Autoencoder&&) noexcept = default;

at::Tensor Autoencoder::decode(const at::Tensor& latent_BCHW) const {
  const Coder& decoder = layers_->decoder;
  at::Tensor x_BCHW = decoder.middle(decoder.conv_in(layers_->post_quant_conv(latent_BCHW)));
  for (const Level& level : decoder.levels) {
    x_BCHW = apply_blocks(level, x_BCHW);
    if (!level.resample) continue;
    const std::int64_t height = 2 * x_BCHW.size(2), width = 2 * x_BCHW.size(3);
    x_BCHW = (*level.resample)(at::upsample_nearest2d(x_BCHW, {height, width}));
  }
  return finish(decoder, x_BCHW);
}

Autoencoder::Posterior Autoencoder::encode(const at::Tensor& image_BCHW) const {
  const Coder& encoder = layers_->encoder;
  at::Tensor x_BCHW = encoder.conv_in(image_BCHW);
  for (const Level& level : encoder.levels) {
    x_BCHW = apply_blocks(level, x_BCHW);
    // Zeros at the right and the bottom only, unlike the U-Net's down-sampling.
    if (level.resample) x_BCHW = (*level.resample)(at::constant_pad_nd(x_BCHW, {0, 1, 0, 1}));
  }
  const at::Tensor moments_BCHW = layers_->quant_conv(finish(encoder, encoder.middle(x_BCHW)));
  const std::int64_t channels = layers_->config.latent_channels;
  return {.mean_BCHW = moments_BCHW.narrow(1, 0, channels),
          .log_variance_BCHW = moments_BCHW.narrow(1, channels, channels).clamp(-30.0, 20.0)};
}

const AutoencoderConfig& Autoencoder::config() const {
  return layers_->config;
}

}  // namespace rocm::model
