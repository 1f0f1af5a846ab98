// SPDX-License-Identifier: Apache-2.0
#include "model/unet.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;
using test::golden_config;
using test::golden_tensors;
using test::largest_difference;

constexpr double kTolerance = 1e-5;

const std::vector<std::string> kAttention{"to_q", "to_k", "to_v", "to_out.0"};

UNet load(const std::string& name, AdapterPlan* plan = nullptr, at::ScalarType dtype = at::kFloat) {
  model::Weights weights = test::golden_weights(name, dtype);
  UNet unet(UNetConfig::from_json(golden_config(name), name), WeightScope(weights), plan);
  weights.expect_all_taken();
  return unet;
}

/// The input of one call.
struct Call {
  at::Tensor x, t, text, guidance;

  static Call golden(const std::string& name, at::ScalarType dtype = at::kFloat) {
    const auto io = golden_tensors(name + ".io");
    Call call{
        .x = io.at("x").to(dtype), .t = io.at("t"), .text = io.at("ctx").to(dtype), .guidance = {}};
    if (io.contains("timestep_cond")) call.guidance = io.at("timestep_cond");
    return call;
  }

  [[nodiscard]] at::Tensor operator()(const UNet& unet, const LowRankAdapter* adapter) const {
    return unet(x, unet.time_features(t, guidance, adapter), unet.text_features(text, adapter),
                adapter);
  }
};

TEST(UNet, WithGuidanceEmbeddingGivesTheReferencesDigits) {
  const at::Tensor out = Call::golden("unet_tiny_lcm")(load("unet_tiny_lcm"), nullptr);
  EXPECT_LT(largest_difference(out, golden_tensors("unet_tiny_lcm.io").at("out")), kTolerance);
}

TEST(UNet, WithoutGuidanceEmbeddingGivesTheReferencesDigits) {
  const at::Tensor out = Call::golden("unet_tiny_sd")(load("unet_tiny_sd"), nullptr);
  EXPECT_LT(largest_difference(out, golden_tensors("unet_tiny_sd.io").at("out")), kTolerance);
}

TEST(UNet, WithLinearProjectionsAndHeadsAndLayersPerLevelGivesTheReferencesDigits) {
  const at::Tensor out = Call::golden("unet_tiny_sd2")(load("unet_tiny_sd2"), nullptr);
  EXPECT_LT(largest_difference(out, golden_tensors("unet_tiny_sd2.io").at("out")), kTolerance);
}

TEST(UNet, AtOddSizesGivesTheReferencesDigits) {
  const at::Tensor out = Call::golden("unet_tiny_odd")(load("unet_tiny_odd"), nullptr);
  EXPECT_LT(largest_difference(out, golden_tensors("unet_tiny_odd.io").at("out")), kTolerance);
}

TEST(UNet, WithALoraFileGivesTheReferencesDigits) {
  AdapterPlan plan({"to_q", "to_k", "to_v", "to_out.0", "proj_in", "ff.net.0.proj"}, 4, 2.0);
  const UNet unet = load("unet_tiny_lcm", &plan);
  EXPECT_EQ(plan.layers().size(), 110U);
  const auto file = golden_tensors("lora_tiny.diffusers");
  std::vector<at::Tensor> leaves;
  for (const AdaptedLayer& layer : plan.layers())
    for (const char* half : {".lora_A.weight", ".lora_B.weight"})
      leaves.push_back(file.at("unet." + layer.module + half));
  const auto adapter = LowRankAdapter::from_leaves(plan, leaves);
  const at::Tensor out = Call::golden("unet_tiny_lcm")(unet, &adapter);
  EXPECT_LT(largest_difference(out, golden_tensors("lora_tiny.io").at("out")), kTolerance);
}

TEST(UNet, SharedTimestepEqualsTheSameTimestepGivenPerSample) {
  const UNet unet = load("unet_tiny_lcm");
  const Call call = Call::golden("unet_tiny_lcm");
  const TextFeatures text = unet.text_features(call.text, nullptr);
  const at::Tensor w = call.guidance.narrow(0, 0, 1);
  const TimeFeatures shared = unet.time_features(499, w, nullptr);
  const TimeFeatures each =
      unet.time_features(call.t.clone().fill_(499), w.expand({2, -1}), nullptr);
  EXPECT_EQ(shared.shift_BO[0].size(0), 1);
  EXPECT_LT(
      largest_difference(unet(call.x, shared, text, nullptr), unet(call.x, each, text, nullptr)),
      kTolerance);
}

TEST(UNet, SamplesDoNotSeeEachOther) {
  const UNet unet = load("unet_tiny_sd");
  const Call both = Call::golden("unet_tiny_sd");
  const Call second{.x = both.x.narrow(0, 1, 1),
                    .t = both.t.narrow(0, 1, 1),
                    .text = both.text.narrow(0, 1, 1),
                    .guidance = {}};
  EXPECT_LT(largest_difference(both(unet, nullptr)[1], second(unet, nullptr)[0]), kTolerance);
}

TEST(UNet, WithBAtZeroIsExactlyTheReferenceInEveryPrecision) {
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16}) {
    AdapterPlan plan({"to_q", "to_out.0", "proj_in", "ff.net.2", "conv1", "conv_shortcut",
                      "downsamplers.0.conv", "time_emb_proj"},
                     4, 2.0);
    const UNet unet = load("unet_tiny_lcm", &plan, dtype);
    const auto adapter = LowRankAdapter::fresh(plan, AdapterInit::kKaiming, 3, at::kFloat);
    const Call call = Call::golden("unet_tiny_lcm", dtype);
    EXPECT_TRUE(at::equal(call(unet, &adapter), call(unet, nullptr))) << at::toString(dtype);
  }
}

TEST(UNet, WithBAtZeroIsExactlyTheReferenceWhenAllSamplesShareTheTimestep) {
  AdapterPlan plan({"to_q", "time_emb_proj", "linear_1"}, 4, 2.0);
  const UNet unet = load("unet_tiny_lcm", &plan);
  const auto adapter = LowRankAdapter::fresh(plan, AdapterInit::kKaiming, 3, at::kFloat);
  Call call = Call::golden("unet_tiny_lcm");
  call.t = call.t.narrow(0, 0, 1);
  call.guidance = call.guidance.narrow(0, 0, 1);
  EXPECT_TRUE(at::equal(call(unet, &adapter), call(unet, nullptr)));
}

TEST(UNet, InBf16StaysNearFp32) {
  const at::Tensor out = Call::golden("unet_tiny_lcm", at::kBFloat16)(
      load("unet_tiny_lcm", nullptr, at::kBFloat16), nullptr);
  EXPECT_EQ(out.scalar_type(), at::kBFloat16);
  EXPECT_LT(largest_difference(out, golden_tensors("unet_tiny_lcm.io").at("out")), 0.1);
}

TEST(UNet, TellsWhetherItsTimeIsAdapted) {
  AdapterPlan attention(kAttention, 4, 2.0), time({"time_emb_proj"}, 4, 2.0);
  EXPECT_FALSE(load("unet_tiny_sd", &attention).adapts_time());
  EXPECT_TRUE(load("unet_tiny_sd", &time).adapts_time());
}

TEST(UNet, GradientsOfWeightsAreNeverComputed) {
  AdapterPlan plan(kAttention, 4, 2.0);
  const UNet unet = load("unet_tiny_lcm", &plan);
  const auto adapter = LowRankAdapter::fresh(plan, AdapterInit::kKaiming, 3, at::kFloat);
  const Call call = Call::golden("unet_tiny_lcm");
  const TimeFeatures time = unet.time_features(call.t, call.guidance, &adapter);
  for (const at::Tensor& shift : time.shift_BO) EXPECT_FALSE(shift.requires_grad());
  for (const at::Tensor& key : unet.text_features(call.text, nullptr).key_BLC)
    EXPECT_FALSE(key.requires_grad());
  EXPECT_FALSE(call(unet, nullptr).requires_grad());
  EXPECT_TRUE(call(unet, &adapter).requires_grad());
}

/// eps(x) weighed and summed, in fp64, with an adapter whose B is not zero.
class UNetDerivatives : public ::testing::Test {
 protected:
  explicit UNetDerivatives(std::vector<std::string> targets = kAttention)
      : plan_(std::move(targets), 3, 1.5), unet_(load("unet_tiny_odd", &plan_, at::kDouble)) {
    std::uint64_t seed = 100;
    for (const AdaptedLayer& layer : plan_.layers())
      for (const auto& shape : {layer.a_shape, layer.b_shape})
        leaves_.push_back(deviates(shape, seed++).mul(0.2));
  }

  [[nodiscard]] at::Tensor value(const at::Tensor& x, const LowRankAdapter* adapter) const {
    Call call = Call::golden("unet_tiny_odd", at::kDouble);
    call.x = x;
    return test::weighed_sum(call(unet_, adapter));
  }

  [[nodiscard]] static at::Tensor input() { return Call::golden("unet_tiny_odd", at::kDouble).x; }

  /// d value / d (A, B of every layer) along one random direction in all of them.
  void expect_right_adapter_gradients() const {
    const auto at_leaves = [&](double step) {
      const at::NoGradGuard no_graph;
      std::vector<at::Tensor> moved;
      for (std::size_t i = 0; i < leaves_.size(); ++i)
        moved.push_back(leaves_[i].add(direction(i).mul(step)));
      const auto adapter = LowRankAdapter::from_leaves(plan_, moved);
      return value(input(), &adapter).item<double>();
    };
    constexpr double kStep = 1e-3;
    const double measured = (8.0 * (at_leaves(kStep) - at_leaves(-kStep)) -
                             (at_leaves(2 * kStep) - at_leaves(-2 * kStep))) /
                            (12.0 * kStep);
    EXPECT_NEAR(slope_by_autograd(), measured, 1e-7 * std::abs(measured));
  }

 private:
  [[nodiscard]] at::Tensor direction(std::size_t leaf) const {
    return deviates(leaves_[leaf].sizes(), 1000 + leaf).mul(0.01);
  }

  [[nodiscard]] double slope_by_autograd() const {
    const auto adapter = LowRankAdapter::from_leaves(plan_, leaves_);
    const auto gradients = torch::autograd::grad({value(input(), &adapter)}, adapter.leaves());
    double slope = 0.0;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      EXPECT_GT(gradients[i].abs().max().item<double>(), 0.0) << "leaf " << i;
      slope += gradients[i].mul(direction(i)).sum().item<double>();
    }
    return slope;
  }

 protected:
  AdapterPlan plan_;
  UNet unet_;
  std::vector<at::Tensor> leaves_;
};

TEST_F(UNetDerivatives, AgreeWithFiniteDifferencesInTheInput) {
  const auto adapter = LowRankAdapter::from_leaves(plan_, leaves_);
  test::expect_right_gradients(
      [&](const std::vector<at::Tensor>& in) { return value(in[0], &adapter); }, {input()});
}

TEST_F(UNetDerivatives, OfTheReferenceAgreeWithFiniteDifferencesInTheInput) {
  test::expect_right_gradients(
      [&](const std::vector<at::Tensor>& in) { return value(in[0], nullptr); }, {input()});
}

TEST_F(UNetDerivatives, AgreeWithFiniteDifferencesInTheAdapter) {
  expect_right_adapter_gradients();
}

/// Every kind of layer that LCM-LoRA adapts.
class UNetDerivativesEverywhere : public UNetDerivatives {
 protected:
  UNetDerivativesEverywhere()
      : UNetDerivatives({"to_q", "to_v", "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2",
                         "conv1", "conv2", "conv_shortcut", "downsamplers.0.conv",
                         "upsamplers.0.conv", "time_emb_proj", "linear_1", "conv_in", "conv_out"}) {
  }
};

TEST_F(UNetDerivativesEverywhere, AgreeWithFiniteDifferencesInTheAdapter) {
  expect_right_adapter_gradients();
}

}  // namespace
}  // namespace rocm::model
