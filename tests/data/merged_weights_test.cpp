// SPDX-License-Identifier: Apache-2.0
#include "data/merged_weights.hpp"

#include <string>

#include <ATen/ops/arange.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::data {
namespace {

using rocm::test::failure_of;

const NamedTensors kWeights = {{"a.weight", at::arange(12, at::kFloat).view({4, 3})},
                               {"a.bias", at::ones({4}, at::kHalf)},
                               {"steps", at::arange(3, at::kLong)}};

LowRankModules change_of_a() {
  return {{"a", {at::ones({2, 3}), at::full({4, 2}, 0.5), 3.0}}};
}

NamedTensors merged(const LowRankModules& modules, at::ScalarType dtype = at::kFloat) {
  return merged_weights(kWeights, modules, dtype, "out");
}

TEST(MergedWeights, AreWPlusScaleBA) {
  const NamedTensors all = merged(change_of_a());
  EXPECT_TRUE(all.at("a.weight").equal(kWeights.at("a.weight").add(3.0)));
}

TEST(MergedWeights, OfAConvolutionActLikeTheTwoConvolutions) {
  const auto wide = at::TensorOptions(at::kDouble);
  const at::Tensor W = at::rand({5, 3, 3, 3}, wide);
  const LowRankPair pair{at::rand({2, 3, 3, 3}, wide), at::rand({5, 2, 1, 1}, wide), 1.5};
  const at::Tensor x = at::rand({1, 3, 6, 6}, wide);
  const NamedTensors all =
      merged_weights({{"conv.weight", W}}, {{"conv", pair}}, at::kDouble, "out");
  const at::Tensor expected = at::conv2d(x, W).add(at::conv2d(at::conv2d(x, pair.A), pair.B), 1.5);
  EXPECT_TRUE(at::conv2d(x, all.at("conv.weight")).allclose(expected, 1e-12, 1e-12));
}

TEST(MergedWeights, AreRoundedOnceToTheTypeThatWasAskedFor) {
  // In fp16 2048 + 1 is 2048: only a sum in a wider type gets 2048 + 1 + 1 = 2050.
  const LowRankModules modules = {{"w", {at::ones({2, 1}), at::ones({1, 2}), 1.0}}};
  const NamedTensors all =
      merged_weights({{"w.weight", at::full({1, 1}, 2048, at::kHalf)}}, modules, at::kHalf, "out");
  EXPECT_EQ(all.at("w.weight").scalar_type(), at::kHalf);
  EXPECT_EQ(all.at("w.weight").item<double>(), 2050.0);
}

TEST(MergedWeights, HaveOneFloatingPointTypeAndKeepWholeNumbers) {
  const NamedTensors all = merged(change_of_a(), at::kBFloat16);
  EXPECT_EQ(all.at("a.weight").scalar_type(), at::kBFloat16);
  EXPECT_EQ(all.at("a.bias").scalar_type(), at::kBFloat16);
  EXPECT_EQ(all.at("steps").scalar_type(), at::kLong);
}

TEST(MergedWeights, RefuseALayerOrAShapeThatTheModelLacks) {
  const auto refusal = [](const LowRankModules& modules) {
    return failure_of(ExitCode::kInput, [&] { (void)merged(modules); });
  };
  EXPECT_TRUE(refusal({{"b", {at::ones({2, 3}), at::ones({4, 2})}}})
                  .starts_with("layer b: the model has no weight of that name"));
  EXPECT_TRUE(refusal({{"a", {at::ones({2, 5}), at::ones({4, 2})}}})
                  .starts_with("layer a: its change has shape [4, 5] (the model's weight has [4, "
                               "3])"));
}

TEST(MergedWeights, RefuseNumbersThatHalfPrecisionWouldMakeInfinite) {
  const LowRankModules modules = {{"a", {at::ones({2, 3}), at::full({4, 2}, 1e6)}}};
  EXPECT_NE(failure_of(ExitCode::kUsage, [&] { (void)merged(modules, at::kHalf); })
                .find("beyond the range"),
            std::string::npos);
}

TEST(AtRank, KeepsTheChangeOfTheWeight) {
  const LowRankPair pair = {at::rand({2, 3}), at::rand({4, 2}), 0.75};
  const LowRankPair wide = at_rank(pair, 5);
  EXPECT_EQ(wide.A.sizes(), (at::IntArrayRef{5, 3}));
  EXPECT_EQ(wide.B.sizes(), (at::IntArrayRef{4, 5}));
  EXPECT_TRUE(change_of_weight(wide).equal(change_of_weight(pair)));
  const LowRankPair kernel = at_rank({at::rand({2, 3, 3, 3}), at::rand({4, 2, 1, 1}), 1.0}, 3);
  EXPECT_EQ(kernel.A.sizes(), (at::IntArrayRef{3, 3, 3, 3}));
  EXPECT_EQ(kernel.B.sizes(), (at::IntArrayRef{4, 3, 1, 1}));
}

}  // namespace
}  // namespace rocm::data
