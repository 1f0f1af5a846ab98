// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/allclose.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/group_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/zeros_like.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/ops/activation.hpp"
#include "model/ops/frozen_convolution.hpp"
#include "model/ops/gated_gelu.hpp"
#include "model/ops/group_norm_silu.hpp"
#include "model/ops/projection.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;
using test::expect_right_gradients;
using test::weighed_sum;
using Inputs = std::vector<at::Tensor>;

TEST(FrozenConvolution, EqualsTheOrdinaryOneForwardAndBackward) {
  for (const std::int64_t stride : {1, 2}) {
    const FrozenConvolution convolution{.weight_OIKK = deviates({5, 3, 3, 3}, 1),
                                        .bias_O = deviates({5}, 2),
                                        .stride = stride,
                                        .padding = 1};
    const at::Tensor x = deviates({2, 3, 7, 6}, 3).requires_grad_();
    const at::Tensor ours = frozen_convolve(convolution, x);
    const at::Tensor plain =
        at::conv2d(x, convolution.weight_OIKK, convolution.bias_O, stride, /*padding=*/1);
    EXPECT_TRUE(at::equal(ours, plain)) << "stride " << stride;
    const at::Tensor g_ours = torch::autograd::grad({weighed_sum(ours)}, {x})[0];
    const at::Tensor g_plain = torch::autograd::grad({weighed_sum(plain)}, {x})[0];
    EXPECT_TRUE(at::equal(g_ours, g_plain)) << "stride " << stride;
  }
}

TEST(FrozenConvolution, LeavesLargeMapsToOneDnn) {
  const at::Tensor weight = deviates({2, 2, 3, 3}, 1).to(at::kFloat);
  FrozenConvolution convolution{.weight_OIKK = weight, .bias_O = {}, .stride = 1, .padding = 1};
  convolution.packed = pack_kernel(weight, 1, 1);
  convolution.packed_transposed = pack_transposed_kernel(weight, 1, 1);
  const at::Tensor x = deviates({1, 2, 1024, 513}, 2).to(at::kFloat).requires_grad_();
  const at::Tensor ours = frozen_convolve(convolution, x);
  const at::Tensor plain = at::conv2d(x, weight, /*bias=*/{}, /*stride=*/1, /*padding=*/1);
  EXPECT_TRUE(at::equal(ours, plain));
  EXPECT_TRUE(at::equal(torch::autograd::grad({ours.sum()}, {x})[0],
                        torch::autograd::grad({plain.sum()}, {x})[0]));
}

TEST(Projection, OfAMatrixStoredInHalfPrecisionEqualsThatOfTheConvertedOne) {
  const at::Tensor stored = deviates({5, 4}, 1).to(at::kHalf), bias = deviates({5}, 2);
  const at::Tensor x = deviates({3, 4}, 3).requires_grad_();
  const FrozenMatrix as_stored(stored, std::make_shared<at::Tensor>());
  const auto passes = [&](const FrozenMatrix& weight) {
    const at::Tensor y =
        project({.x = x, .weight_OI = weight, .bias_O = bias, .residual = {}, .pair = {}});
    return std::pair(y.detach(), torch::autograd::grad({weighed_sum(y)}, {x})[0]);
  };
  const auto [y, gradient] = passes(as_stored);
  const auto [y_converted, gradient_converted] = passes(stored.to(at::kDouble));
  EXPECT_TRUE(at::equal(y, y_converted));
  EXPECT_TRUE(at::equal(gradient, gradient_converted));
}

TEST(FrozenConvolution, HasTheRightGradient) {
  const FrozenConvolution convolution{
      .weight_OIKK = deviates({5, 3, 3, 3}, 1), .bias_O = {}, .stride = 2, .padding = 1};
  expect_right_gradients(
      [&](const Inputs& in) { return weighed_sum(frozen_convolve(convolution, in[0]).tanh()); },
      {deviates({2, 3, 9, 5}, 3)});
}

TEST(FrozenConvolution, HasTheRightGradientInItsBias) {
  const at::Tensor kernel = deviates({5, 3, 3, 3}, 1);
  const auto function = [&](const Inputs& in) {
    const FrozenConvolution convolution{
        .weight_OIKK = kernel, .bias_O = in[1], .stride = 1, .padding = 1};
    return weighed_sum(frozen_convolve(convolution, in[0]).tanh());
  };
  expect_right_gradients(function, {deviates({2, 3, 4, 5}, 3), deviates({5}, 4)});
}

TEST(FrozenConvolution, LetsGoOfItsInput) {
  const FrozenConvolution convolution{
      .weight_OIKK = deviates({3, 3, 3, 3}, 1), .bias_O = {}, .stride = 1, .padding = 1};
  const at::Tensor leaf = deviates({1, 3, 8, 8}, 3).requires_grad_();
  at::Tensor middle = leaf.mul(2.0);
  const c10::weak_intrusive_ptr<c10::TensorImpl> watch(middle.getIntrusivePtr());
  const at::Tensor y = frozen_convolve(convolution, middle);
  middle = at::Tensor();
  EXPECT_TRUE(watch.expired()) << "the graph keeps an activation that its gradient does not need";
}

/// residual + x W^T + b + scale (x A^T) B^T, from inputs {x, A, B, residual}.
at::Tensor projected(const Inputs& in, const at::Tensor& weight, const at::Tensor& bias) {
  return project({.x = in[0],
                  .weight_OI = weight,
                  .bias_O = bias,
                  .residual = in[3],
                  .pair = {.a = in[1], .b = in[2]},
                  .scale = 1.5});
}

Inputs projection_inputs() {
  return {deviates({2, 7, 6}, 3), deviates({2, 6}, 4), deviates({5, 2}, 5), deviates({2, 7, 5}, 6)};
}

TEST(Projection, IsTheSumOfItsTerms) {
  const Inputs in = projection_inputs();
  const at::Tensor weight = deviates({5, 6}, 1), bias = deviates({5}, 2);
  const at::Tensor low_rank = at::linear(at::linear(in[0], in[1]), in[2]).mul(1.5);
  const at::Tensor expected = in[3].add(at::linear(in[0], weight, bias)).add(low_rank);
  EXPECT_TRUE(at::allclose(projected(in, weight, bias), expected, 1e-12, 1e-12));
}

TEST(Projection, HasTheRightGradientInEveryTerm) {
  const at::Tensor weight = deviates({5, 6}, 1), bias = deviates({5}, 2);
  expect_right_gradients(
      [&](const Inputs& in) { return weighed_sum(projected(in, weight, bias).tanh()); },
      projection_inputs());
}

TEST(Projection, HasTheRightGradientWithoutLowRankTermOrBias) {
  const at::Tensor weight = deviates({5, 6}, 1), none;
  const auto function = [&](const Inputs& in) {
    return weighed_sum(
        project({.x = in[0], .weight_OI = weight, .bias_O = none, .residual = {}, .pair = {}})
            .tanh());
  };
  expect_right_gradients(function, {deviates({2, 7, 6}, 3)});
}

TEST(Projection, ReadsTransposedInputs) {
  const at::Tensor weight = deviates({5, 6}, 1), bias = deviates({5}, 2);
  const auto function = [&](const Inputs& in) {
    const Inputs turned{in[0].transpose(1, 2), in[1], in[2], in[3].transpose(1, 2)};
    return weighed_sum(projected(turned, weight, bias).tanh());
  };
  Inputs in = projection_inputs();
  in[0] = deviates({2, 6, 7}, 3);
  in[3] = deviates({2, 5, 7}, 6);
  expect_right_gradients(function, in);
}

TEST(Projection, WithBAtZeroIsExactlyTheFrozenLayerInEveryPrecision) {
  for (const at::ScalarType dtype : {at::kFloat, at::kBFloat16, at::kHalf, at::kDouble}) {
    const auto cast = [&](const at::Tensor& x) { return x.to(dtype); };
    const at::ScalarType master = dtype == at::kDouble ? at::kDouble : at::kFloat;
    const at::Tensor x = cast(deviates({3, 40, 32}, 1)), weight = cast(deviates({24, 32}, 2));
    const at::Tensor bias = cast(deviates({24}, 3)), residual = cast(deviates({3, 40, 24}, 4));
    const at::Tensor a = deviates({4, 32}, 5).to(master);
    const LowRankPair pair{.a = a, .b = at::zeros_like(deviates({24, 4}, 6)).to(master)};
    const at::Tensor with = project({.x = x,
                                     .weight_OI = weight,
                                     .bias_O = bias,
                                     .residual = residual,
                                     .pair = pair,
                                     .scale = 2.0});
    const at::Tensor without =
        project({.x = x, .weight_OI = weight, .bias_O = bias, .residual = residual, .pair = {}});
    EXPECT_TRUE(at::equal(with, without)) << at::toString(dtype);
  }
}

TEST(GroupNormSilu, EqualsItsTwoParts) {
  const at::Tensor x = deviates({2, 6, 5, 3}, 1), weight = deviates({6}, 2),
                   bias = deviates({6}, 3);
  const at::Tensor parts = at::silu(at::group_norm(x, 3, weight, bias, 1e-5));
  EXPECT_TRUE(at::equal(group_norm_silu(x, weight, bias, 3, 1e-5), parts));
}

TEST(GroupNormSilu, HasTheRightGradient) {
  const at::Tensor weight = deviates({6}, 2), bias = deviates({6}, 3);
  expect_right_gradients(
      [&](const Inputs& in) { return weighed_sum(group_norm_silu(in[0], weight, bias, 3, 1e-5)); },
      {deviates({2, 6, 5, 3}, 1)});
}

TEST(GatedGelu, EqualsItsDefinition) {
  const at::Tensor x = deviates({2, 5, 12}, 1);
  const at::Tensor expected = x.narrow(-1, 0, 6).mul(at::gelu(x.narrow(-1, 6, 6)));
  EXPECT_TRUE(at::allclose(gated_gelu(x), expected, 1e-15, 1e-15));
}

TEST(GatedGelu, HasTheRightGradient) {
  expect_right_gradients([](const Inputs& in) { return weighed_sum(gated_gelu(in[0])); },
                         {deviates({2, 5, 12}, 1)});
}

TEST(Activation, QuickGeluIsXTimesSigmoidOf1702X) {
  const at::Tensor x = deviates({9}, 1);
  const at::Tensor expected = x.mul(x.mul(1.702).sigmoid());
  EXPECT_TRUE(at::allclose(activate(Activation::kQuickGelu, x), expected, 1e-15, 1e-15));
  EXPECT_TRUE(at::equal(activate(Activation::kGelu, x), at::gelu(x)));
}

}  // namespace
}  // namespace rocm::model
