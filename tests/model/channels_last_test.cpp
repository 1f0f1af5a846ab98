// SPDX-License-Identifier: Apache-2.0
#include "model/ops/channels_last.hpp"

#include <limits>
#include <string>
#include <vector>

#include <ATen/ops/allclose.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/silu.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/ops/direct_convolution.hpp"
#include "model/ops/frozen_convolution.hpp"
#include "model/ops/gated_gelu.hpp"
#include "model/ops/projection.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;
using test::largest_difference;

constexpr double kEpsilon = 1e-5;

struct Case {
  std::vector<std::int64_t> shape_BCHW;
  std::int64_t groups;
};

// Channels that fill registers, that leave some over, and one row too many for a tile.
const std::vector<Case> kCases{{.shape_BCHW = {2, 32, 16, 16}, .groups = 8},
                               {.shape_BCHW = {1, 24, 13, 5}, .groups = 8},
                               {.shape_BCHW = {3, 6, 5, 13}, .groups = 3},
                               {.shape_BCHW = {2, 40, 1, 1}, .groups = 4}};

std::string text(const Case& c, const FeatureKernels& kernels, AfterNorm after) {
  return std::string(kernels.name) + ", " + std::to_string(c.shape_BCHW[1]) + " channels" +
         (after == AfterNorm::kSilu ? ", silu" : "");
}

at::Tensor by_definition(const at::Tensor& x, const GroupNormWeights& w, AfterNorm after) {
  const at::Tensor y = at::group_norm(x, w.groups, w.weight_C, w.bias_C, w.epsilon);
  return after == AfterNorm::kSilu ? at::silu(y) : y;
}

/// y and dL/dx for L = sum(y g).
struct Passes {
  at::Tensor y, gradient;
};

template <class Function>
Passes both_passes(const Function& function, const at::Tensor& x, const at::Tensor& g) {
  const at::Tensor leaf = x.detach().clone().requires_grad_();
  const at::Tensor y = function(leaf);
  return {.y = y.detach(), .gradient = torch::autograd::grad({y.mul(g).sum()}, {leaf})[0]};
}

void expect_definition(const Case& c, const FeatureKernels& kernels, AfterNorm after) {
  const std::int64_t channels = c.shape_BCHW[1];
  const at::Tensor x = deviates(c.shape_BCHW, 1).mul(2.0).add(3.0), g = deviates(c.shape_BCHW, 4);
  const at::Tensor weight = deviates({channels}, 2), bias = deviates({channels}, 3);
  const at::Tensor weight32 = weight.to(at::kFloat), bias32 = bias.to(at::kFloat);
  const GroupNormWeights exact{
      .weight_C = weight, .bias_C = bias, .groups = c.groups, .epsilon = kEpsilon};
  const GroupNormWeights single{
      .weight_C = weight32, .bias_C = bias32, .groups = c.groups, .epsilon = kEpsilon};
  const Passes expected =
      both_passes([&](const at::Tensor& leaf) { return by_definition(leaf, exact, after); }, x, g);
  const Passes got = both_passes(
      [&](const at::Tensor& leaf) { return channels_last_norm(leaf, single, after, kernels); },
      x.to(at::kFloat), g.to(at::kFloat));
  EXPECT_LT(largest_difference(got.y, expected.y), 5e-6) << text(c, kernels, after);
  EXPECT_LT(largest_difference(got.gradient, expected.gradient), 2e-5) << text(c, kernels, after);
}

TEST(ChannelsLastNorm, EqualsGroupNormWithEveryInstructionSet) {
  for (const FeatureKernels& kernels : runnable_feature_kernels())
    for (const Case& c : kCases)
      for (const AfterNorm after : {AfterNorm::kNothing, AfterNorm::kSilu})
        expect_definition(c, kernels, after);
}

TEST(ChannelsLastNorm, ReadsEveryLayoutAlike) {
  const at::Tensor x = deviates({2, 16, 4, 4}, 1).to(at::kFloat);
  const at::Tensor weight = deviates({16}, 2).to(at::kFloat),
                   bias = deviates({16}, 3).to(at::kFloat);
  const GroupNormWeights weights{.weight_C = weight, .bias_C = bias, .groups = 4};
  EXPECT_TRUE(at::equal(
      channels_last_norm(x, weights, AfterNorm::kSilu),
      channels_last_norm(x.contiguous(at::MemoryFormat::ChannelsLast), weights, AfterNorm::kSilu)));
}

TEST(ChannelsLastNorm, LeavesNanVisible) {
  const at::Tensor x = at::full({1, 8, 2, 2}, std::numeric_limits<float>::quiet_NaN());
  const at::Tensor weight = at::full({8}, 1.0F), bias = at::full({8}, 0.0F);
  const GroupNormWeights weights{.weight_C = weight, .bias_C = bias, .groups = 2};
  for (const AfterNorm after : {AfterNorm::kNothing, AfterNorm::kSilu})
    EXPECT_TRUE(channels_last_norm(x, weights, after).isnan().all().item<bool>());
}

TEST(ChannelsLastNorm, OfBfloat16IsTheRoundedNormOfItsNumbers) {
  const at::Tensor x = deviates({2, 24, 7, 5}, 1).to(at::kBFloat16), g = deviates({2, 24, 7, 5}, 4);
  const at::Tensor weight = deviates({24}, 2).to(at::kBFloat16);
  const at::Tensor bias = deviates({24}, 3).to(at::kBFloat16);
  const at::Tensor exact_weight = weight.to(at::kDouble), exact_bias = bias.to(at::kDouble);
  const auto norm = [](const at::Tensor& w, const at::Tensor& b) {
    return [&](const at::Tensor& in) {
      return channels_last_norm(in, {.weight_C = w, .bias_C = b, .groups = 8, .epsilon = kEpsilon},
                                AfterNorm::kSilu);
    };
  };
  const auto exact = [&](const at::Tensor& in) {
    return by_definition(
        in, {.weight_C = exact_weight, .bias_C = exact_bias, .groups = 8, .epsilon = kEpsilon},
        AfterNorm::kSilu);
  };
  const at::Tensor g16 = g.to(at::kBFloat16);
  const Passes got = both_passes(norm(weight, bias), x, g16);
  const Passes expected = both_passes(exact, x.to(at::kDouble), g16.to(at::kDouble));
  constexpr double kHalfUnit = 1.0 / 256.0;
  EXPECT_EQ(got.y.scalar_type(), at::kBFloat16);
  EXPECT_TRUE(at::allclose(got.y.to(at::kDouble), expected.y, kHalfUnit, 1e-4));
  EXPECT_TRUE(at::allclose(got.gradient.to(at::kDouble), expected.gradient, kHalfUnit, 1e-3));
}

TEST(FrozenConvolution, OfBfloat16KeepsChannelsLastForwardAndBackward) {
  const at::Tensor weight =
      deviates({8, 4, 3, 3}, 1).to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor x = deviates({1, 4, 6, 6}, 2)
                           .to(at::kBFloat16)
                           .contiguous(at::MemoryFormat::ChannelsLast)
                           .requires_grad_();
  const at::Tensor y =
      frozen_convolve({.weight_OIKK = weight, .bias_O = {}, .stride = 1, .padding = 1}, x);
  EXPECT_TRUE(y.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_TRUE(
      torch::autograd::grad({y.sum()}, {x})[0].is_contiguous(at::MemoryFormat::ChannelsLast));
}

struct Convolved {
  std::int64_t inputs, outputs, size, rows, columns;
};

TEST(DirectConvolution, EqualsTheOrdinaryOneWithEveryInstructionSet) {
  for (const FeatureKernels& kernels : runnable_feature_kernels())
    for (const Convolved& c :
         {Convolved{4, 32, 3, 16, 16}, Convolved{5, 24, 3, 3, 11}, Convolved{8, 3, 3, 6, 7},
          Convolved{3, 70, 1, 4, 5}, Convolved{2, 17, 5, 2, 9}}) {
      const at::Tensor x = deviates({2, c.inputs, c.rows, c.columns}, 1);
      const at::Tensor weight = deviates({c.outputs, c.inputs, c.size, c.size}, 2);
      const at::Tensor bias = deviates({c.outputs}, 3);
      const at::Tensor expected = at::conv2d(x, weight, bias, /*stride=*/1, c.size / 2);
      const at::Tensor got = direct_convolve(pack_kernel(weight.to(at::kFloat), kernels),
                                             bias.to(at::kFloat), x.to(at::kFloat), kernels);
      EXPECT_LT(largest_difference(got, expected), 3e-5) << kernels.name << ' ' << c.outputs;
    }
}

TEST(DirectConvolution, IsPackedOnlyWhereItFits) {
  const at::Tensor weight = deviates({8, 4, 3, 3}, 1).to(at::kFloat);
  EXPECT_TRUE(pack_kernel(weight, 1, 1).blocks.defined());
  EXPECT_FALSE(pack_kernel(weight, 2, 1).blocks.defined()) << "stride";
  EXPECT_FALSE(pack_kernel(weight, 1, 0).blocks.defined()) << "padding";
  EXPECT_FALSE(pack_kernel(weight.to(at::kDouble), 1, 1).blocks.defined()) << "precision";
}

TEST(DirectConvolution, IsWhatAFrozenConvolutionIsMadeOfForwardAndBackward) {
  const at::Tensor weight = deviates({24, 16, 3, 3}, 1), bias = deviates({24}, 2);
  const at::Tensor x = deviates({2, 16, 8, 8}, 3), g = deviates({2, 24, 8, 8}, 4);
  const at::Tensor weight32 = weight.to(at::kFloat);
  const FrozenConvolution exact{.weight_OIKK = weight, .bias_O = bias, .stride = 1, .padding = 1};
  const FrozenConvolution direct{.weight_OIKK = weight32,
                                 .bias_O = bias.to(at::kFloat),
                                 .stride = 1,
                                 .padding = 1,
                                 .packed = pack_kernel(weight32, 1, 1),
                                 .packed_transposed = pack_transposed_kernel(weight32, 1, 1)};
  const auto run = [](const FrozenConvolution& convolution) {
    return [convolution](const at::Tensor& in) { return frozen_convolve(convolution, in); };
  };
  const Passes expected = both_passes(run(exact), x, g);
  const Passes got = both_passes(run(direct), x.to(at::kFloat), g.to(at::kFloat));
  EXPECT_LT(largest_difference(got.y, expected.y), 3e-5);
  EXPECT_LT(largest_difference(got.gradient, expected.gradient), 3e-5);
}

TEST(GatedGelu, EqualsItsDefinitionInSinglePrecision) {
  for (const std::int64_t channels : {5, 16, 256}) {
    const at::Tensor x = deviates({3, 7, 2 * channels}, 1).mul(3.0);
    const at::Tensor g = deviates({3, 7, channels}, 2);
    const auto definition = [&](const at::Tensor& in) {
      return in.narrow(-1, 0, channels).mul(at::gelu(in.narrow(-1, channels, channels)));
    };
    const Passes expected = both_passes(definition, x, g);
    const Passes got = both_passes(gated_gelu, x.to(at::kFloat), g.to(at::kFloat));
    EXPECT_LT(largest_difference(got.y, expected.y), 1e-5) << channels;
    EXPECT_LT(largest_difference(got.gradient, expected.gradient), 1e-5) << channels;
  }
}

TEST(Projection, ReadsAndWritesFeatureMaps) {
  const at::Tensor weight = deviates({5, 6}, 1), bias = deviates({5}, 2);
  const at::Tensor x_BIHW = deviates({2, 6, 3, 4}, 3), residual_BOHW = deviates({2, 5, 3, 4}, 4);
  const at::Tensor tokens = x_BIHW.flatten(2).transpose(1, 2);
  const at::Tensor expected = at::linear(tokens, weight, bias);
  const ProjectionTerms to_tokens{.x = x_BIHW,
                                  .weight_OI = weight,
                                  .bias_O = bias,
                                  .residual = {},
                                  .pair = {},
                                  .shape = {2, 12, 5}};
  EXPECT_TRUE(at::allclose(project(to_tokens), expected, 1e-12, 1e-12));
  const ProjectionTerms to_map{.x = tokens,
                               .weight_OI = weight,
                               .bias_O = bias,
                               .residual = residual_BOHW,
                               .pair = {},
                               .shape = {2, 5, 3, 4}};
  const at::Tensor added = residual_BOHW.add(expected.transpose(1, 2).view({2, 5, 3, 4}));
  EXPECT_TRUE(at::allclose(project(to_map), added, 1e-12, 1e-12));
}

TEST(Projection, HasTheRightGradientBetweenFeatureMaps) {
  const at::Tensor weight = deviates({5, 6}, 1), bias = deviates({5}, 2);
  test::expect_right_gradients(
      [&](const std::vector<at::Tensor>& in) {
        const at::Tensor y = project({.x = in[0],
                                      .weight_OI = weight,
                                      .bias_O = bias,
                                      .residual = in[3],
                                      .pair = {.a = in[1], .b = in[2]},
                                      .scale = 1.5});
        return test::weighed_sum(y.tanh());
      },
      {deviates({2, 6, 3, 4}, 3), deviates({2, 6}, 4), deviates({5, 2}, 5),
       deviates({2, 5, 3, 4}, 6)});
}

}  // namespace
}  // namespace rocm::model
