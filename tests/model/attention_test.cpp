// SPDX-License-Identifier: Apache-2.0
#include "model/ops/attention.hpp"

#include <cmath>
#include <functional>

#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "model/ops/narrow_attention.hpp"
#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;
using test::largest_difference;
using test::weighed_sum;
using Mask = AttentionOptions::Mask;

struct Case {
  std::int64_t batch, queries, keys, channels, heads;
  Mask mask = Mask::kNone;
};

const std::vector<Case> kCases{
    {.batch = 2, .queries = 256, .keys = 256, .channels = 32, .heads = 4},
    {.batch = 3, .queries = 64, .keys = 77, .channels = 64, .heads = 8},
    {.batch = 1, .queries = 45, .keys = 7, .channels = 16, .heads = 2},
    {.batch = 1, .queries = 12, .keys = 12, .channels = 40, .heads = 1},
    {.batch = 2, .queries = 77, .keys = 77, .channels = 32, .heads = 4, .mask = Mask::kCausal}};

std::string text(const Case& c) {
  return std::to_string(c.queries) + " queries, " + std::to_string(c.keys) + " keys, width " +
         std::to_string(c.channels / c.heads);
}

TEST(Attention, EqualsItsDefinitionInBothPrecisions) {
  for (const Case& c : kCases) {
    const at::Tensor q = deviates({c.batch, c.queries, c.channels}, 1);
    const at::Tensor k = deviates({c.batch, c.keys, c.channels}, 2);
    const at::Tensor v = deviates({c.batch, c.keys, c.channels}, 3);
    const AttentionOptions options{.heads = c.heads, .mask = c.mask};
    const at::Tensor expected = attend_by_definition(q, k, v, options);
    EXPECT_LT(largest_difference(attend(q, k, v, options), expected), 1e-13) << text(c);
    const at::Tensor single = attend(q.to(at::kFloat), k.to(at::kFloat), v.to(at::kFloat), options);
    EXPECT_LT(largest_difference(single, expected), 2e-6) << text(c);
  }
}

TEST(Attention, HasTheRightGradient) {
  for (const Mask mask : {Mask::kNone, Mask::kCausal}) {
    const AttentionOptions options{.heads = 2, .mask = mask};
    test::expect_right_gradients(
        [&](const std::vector<at::Tensor>& in) {
          return weighed_sum(attend(in[0], in[1], in[2], options));
        },
        {deviates({2, 9, 8}, 1), deviates({2, 9, 8}, 2), deviates({2, 9, 8}, 3)});
  }
}

TEST(Attention, ACausalQuerySeesNoLaterKey) {
  const AttentionOptions options{.heads = 2, .mask = Mask::kCausal};
  const at::Tensor q = deviates({1, 6, 8}, 1), k = deviates({1, 6, 8}, 2),
                   v = deviates({1, 6, 8}, 3);
  const at::Tensor before = attend(q, k, v, options);
  at::Tensor k2 = k.clone(), v2 = v.clone();
  k2.select(1, 5).fill_(9.0);
  v2.select(1, 5).fill_(9.0);
  const at::Tensor after = attend(q, k2, v2, options);
  EXPECT_EQ(largest_difference(before.narrow(1, 0, 5), after.narrow(1, 0, 5)), 0.0);
  EXPECT_GT(largest_difference(before.select(1, 5), after.select(1, 5)), 0.1);
}

TEST(Attention, WeighsEqualKeysEqually) {
  const at::Tensor q = deviates({1, 3, 4}, 1), v = deviates({1, 5, 4}, 2);
  const at::Tensor mean = v.mean(1, /*keepdim=*/true).expand({1, 3, 4});
  const AttentionOptions options{.heads = 2};
  EXPECT_LT(largest_difference(attend(q, at::ones_like(v), v, options), mean), 1e-15);
}

/// Every instruction set that this machine can run, for every width that is compiled.
void for_each_narrow_kernel(
    const std::function<void(const NarrowKernels&, std::int64_t width)>& check) {
  for (const NarrowKernels& kernels : runnable_narrow_kernels())
    for (const std::int64_t width : {4, 8, 16, 24}) check(kernels, width);
}

TEST(NarrowAttention, EqualsTheDefinitionToSinglePrecision) {
  for_each_narrow_kernel([](const NarrowKernels& kernels, std::int64_t width) {
    const std::int64_t channels = 3 * width;
    const at::Tensor q = deviates({2, 45, channels}, 1).mul(3.0).to(at::kFloat);
    const at::Tensor k = deviates({2, 77, channels}, 2).mul(3.0).to(at::kFloat);
    const at::Tensor v = deviates({2, 77, channels}, 3).to(at::kFloat);
    const at::Tensor expected =
        attend_by_definition(q.to(at::kDouble), k.to(at::kDouble), v.to(at::kDouble), {.heads = 3});
    const at::Tensor ours =
        narrow_attention({.q_BLC = q, .k_BSC = k, .v_BSC = v, .heads = 3}, kernels);
    EXPECT_LT(largest_difference(ours, expected), 5e-6) << kernels.name << ' ' << width;
  });
}

TEST(NarrowAttention, HasTheGradientOfTheDefinitionToSinglePrecision) {
  for_each_narrow_kernel([](const NarrowKernels& kernels, std::int64_t width) {
    const std::int64_t channels = 2 * width;
    const std::vector<at::Tensor> in{deviates({2, 45, channels}, 1).requires_grad_(),
                                     deviates({2, 33, channels}, 2).requires_grad_(),
                                     deviates({2, 33, channels}, 3).requires_grad_()};
    const at::Tensor q = in[0].to(at::kFloat), k = in[1].to(at::kFloat), v = in[2].to(at::kFloat);
    const at::Tensor ours =
        narrow_attention({.q_BLC = q, .k_BSC = k, .v_BSC = v, .heads = 2}, kernels);
    const at::Tensor expected = attend_by_definition(in[0], in[1], in[2], {.heads = 2});
    const auto g_ours = torch::autograd::grad({weighed_sum(ours.to(at::kDouble))}, in);
    const auto g_expected = torch::autograd::grad({weighed_sum(expected)}, in);
    for (std::size_t i = 0; i < in.size(); ++i)
      EXPECT_LT(largest_difference(g_ours[i], g_expected[i]), 5e-6)
          << kernels.name << ' ' << width << " input " << i;
  });
}

TEST(NarrowAttention, SurvivesScoresFarApart) {
  for_each_narrow_kernel([](const NarrowKernels& kernels, std::int64_t width) {
    at::Tensor q = deviates({1, 20, width}, 1).mul(300.0).to(at::kFloat);
    const at::Tensor k = deviates({1, 20, width}, 2).mul(300.0).to(at::kFloat);
    const at::Tensor v = deviates({1, 20, width}, 3).to(at::kFloat);
    const at::Tensor expected =
        attend_by_definition(q.to(at::kDouble), k.to(at::kDouble), v.to(at::kDouble), {.heads = 1});
    q.requires_grad_();
    const at::Tensor ours =
        narrow_attention({.q_BLC = q, .k_BSC = k, .v_BSC = v, .heads = 1}, kernels);
    EXPECT_LT(largest_difference(ours.detach(), expected), 1e-2) << kernels.name << ' ' << width;
    const at::Tensor gradient = torch::autograd::grad({ours.sum()}, {q})[0];
    EXPECT_TRUE(gradient.isfinite().all().item<bool>()) << kernels.name << ' ' << width;
  });
}

TEST(NarrowAttention, DoesNotHideNotANumber) {
  for_each_narrow_kernel([](const NarrowKernels& kernels, std::int64_t width) {
    const at::Tensor q = deviates({1, 20, width}, 1).to(at::kFloat);
    at::Tensor k = deviates({1, 20, width}, 2).to(at::kFloat);
    k.select(1, 7).fill_(std::nan(""));
    const at::Tensor out =
        narrow_attention({.q_BLC = q, .k_BSC = k, .v_BSC = q, .heads = 1}, kernels);
    EXPECT_TRUE(out.isnan().all().item<bool>()) << kernels.name << ' ' << width;
  });
}

TEST(NarrowAttention, LeavesOtherCasesToTheGeneralKernel) {
  const at::Tensor x = deviates({1, 20, 16}, 1);
  const at::Tensor single = x.to(at::kFloat);
  const auto fits = [](const at::Tensor& t, std::int64_t heads) {
    return fits_narrow_attention({.q_BLC = t, .k_BSC = t, .v_BSC = t, .heads = heads});
  };
  EXPECT_TRUE(fits(single, 2));
  EXPECT_FALSE(fits(x, 2)) << "fp64";
  EXPECT_FALSE(fits(single, 8)) << "width 2";
  const at::Tensor many = deviates({1, 2000, 8}, 1).to(at::kFloat);
  EXPECT_FALSE(fits(many, 1)) << "2000 keys";
}

}  // namespace
}  // namespace rocm::model
