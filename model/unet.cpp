// SPDX-License-Identifier: Apache-2.0
#include "model/unet.hpp"

#include <span>

#include <ATen/ops/cat.h>
#include <ATen/ops/full.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/upsample_nearest2d.h>

#include "dist/base/contract.hpp"
#include "model/unet_layers.hpp"

namespace rocm::model {
namespace {

/// Hands a call's features out, block by block, in the order of construction.
class FeatureCursor {
 public:
  FeatureCursor(const TimeFeatures& time, const TextFeatures& text) : time_(time), text_(text) {}

  const at::Tensor& next_shift() { return time_.shift_BO.at(shift_++); }

  at::Tensor transform(const SpatialTransformer& transformer, const at::Tensor& x_BCHW,
                       const LowRankAdapter* adapter) {
    const std::size_t count = transformer.blocks.size();
    const auto keys = std::span(text_.key_BLC).subspan(attention_, count);
    const auto values = std::span(text_.value_BLC).subspan(attention_, count);
    attention_ += count;
    return transformer(x_BCHW, keys, values, adapter);
  }

 private:
  const TimeFeatures& time_;
  const TextFeatures& text_;
  std::size_t shift_ = 0;
  std::size_t attention_ = 0;
};

struct Walk {
  FeatureCursor features;
  const LowRankAdapter* adapter;

  at::Tensor operator()(const UNetStage& stage, const at::Tensor& input_BCHW) {
    const at::Tensor x_BCHW = stage.residual(input_BCHW, features.next_shift(), adapter);
    return stage.transformer ? features.transform(*stage.transformer, x_BCHW, adapter) : x_BCHW;
  }
};

}  // namespace

struct UNet::Layers : UNetLayers {};

UNet::UNet(const UNetConfig& config, const WeightScope& weights, AdapterPlan* plan)
    : layers_(std::make_unique<const Layers>(Layers{load_unet(config, weights, plan)})) {
}

UNet::~UNet() = default;
UNet::UNet(UNet&&) noexcept = default;
UNet& UNet::operator=(UNet&&) noexcept = default;

TimeFeatures UNet::time_features(const at::Tensor& timestep_B, const at::Tensor& guidance_BG,
                                 const LowRankAdapter* adapter) const {
  const TimeEmbedding& time = layers_->time;
  expects(guidance_BG.defined() == time.guidance.has_value(),
          "a guidance embedding exactly for a network that has one");
  at::Tensor embedding_BT = time.sinusoid(timestep_B).to(layers_->conv_in.weight_OIKK.options());
  if (time.guidance)
    embedding_BT =
        time.guidance->add_to(embedding_BT, guidance_BG.to(embedding_BT.options()), adapter);
  embedding_BT = at::silu(time.linear2(at::silu(time.linear1(embedding_BT, adapter)), adapter));
  TimeFeatures features;
  layers_->for_each_stage([&](const UNetStage& stage) {
    features.shift_BO.push_back(
        stage.time_projection(embedding_BT, adapter).add(stage.residual.conv1.bias_O));
  });
  return features;
}

TimeFeatures UNet::time_features(std::int64_t timestep, const at::Tensor& guidance_BG,
                                 const LowRankAdapter* adapter) const {
  return time_features(at::full({1}, timestep, at::kLong), guidance_BG, adapter);
}

bool UNet::adapts_time() const {
  const auto adapted = [](const Linear& layer) { return layer.slot != AdapterPlan::kNotAdapted; };
  const TimeEmbedding& time = layers_->time;
  bool any = adapted(time.linear1) || adapted(time.linear2);
  if (time.guidance) any = any || adapted(*time.guidance);
  layers_->for_each_stage(
      [&](const UNetStage& stage) { any = any || adapted(stage.time_projection); });
  return any;
}

TextFeatures UNet::text_features(const at::Tensor& text_BLD, const LowRankAdapter* adapter) const {
  TextFeatures features;
  layers_->for_each_stage([&](const UNetStage& stage) {
    if (!stage.transformer) return;
    for (const TransformerBlock& block : stage.transformer->blocks) {
      features.key_BLC.push_back(block.text_attention.to_k(text_BLD, adapter));
      features.value_BLC.push_back(block.text_attention.to_v(text_BLD, adapter));
    }
  });
  return features;
}

at::Tensor UNet::operator()(const at::Tensor& x_BCHW, const TimeFeatures& time,
                            const TextFeatures& text, const LowRankAdapter* adapter) const {
  const Layers& net = *layers_;
  Walk walk{.features = FeatureCursor(time, text), .adapter = adapter};
  at::Tensor h_BCHW = net.conv_in(x_BCHW, adapter);
  std::vector<at::Tensor> skips{h_BCHW};
  for (const UNetLevelLayers& level : net.down) {
    for (const UNetStage& stage : level.stages) skips.push_back(h_BCHW = walk(stage, h_BCHW));
    if (level.resample) skips.push_back(h_BCHW = (*level.resample)(h_BCHW, adapter));
  }
  for (const UNetStage& stage : net.middle) h_BCHW = walk(stage, h_BCHW);
  for (const UNetLevelLayers& level : net.up) {
    for (const UNetStage& stage : level.stages) {
      h_BCHW = walk(stage, at::cat({h_BCHW, skips.back()}, 1));
      skips.pop_back();
    }
    if (!level.resample) continue;
    // The skip's size, not twice ours: odd sizes were rounded up on the way down.
    const at::IntArrayRef size_HW = skips.back().sizes().slice(2);
    h_BCHW = (*level.resample)(at::upsample_nearest2d(h_BCHW, size_HW), adapter);
  }
  return net.conv_out(net.norm_out.then_silu(h_BCHW), adapter);
}

at::ScalarType UNet::dtype() const {
  return layers_->conv_in.weight_OIKK.scalar_type();
}

const UNetConfig& UNet::config() const {
  return layers_->config;
}

}  // namespace rocm::model
