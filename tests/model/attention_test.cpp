// SPDX-License-Identifier: Apache-2.0
#include "model/ops/attention.hpp"

#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;
using test::largest_difference;
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
          return test::weighed_sum(attend(in[0], in[1], in[2], options));
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

}  // namespace
}  // namespace rocm::model
