// SPDX-License-Identifier: Apache-2.0
#include "model/low_rank_adapter.hpp"

#include <cmath>

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

using ::testing::HasSubstr;

const at::TensorOptions kFp32 = at::TensorOptions(at::kFloat);

AdapterPlan wide_plan() {
  AdapterPlan plan({"to_q", "conv"}, 16, 2.0);
  plan.add_layer("a.to_q", {64, 256});
  plan.add_layer("b.to_q", {64, 256});
  plan.add_layer("b.conv", {64, 32, 3, 3});
  return plan;
}

std::map<std::string, LowRankPair> effective_pairs() {
  return {{"a.to_q", {at::ones({16, 256}), at::ones({64, 16})}},
          {"b.to_q", {at::ones({16, 256}), at::ones({64, 16})}},
          {"b.conv", {at::ones({16, 32, 3, 3}), at::ones({64, 16, 1, 1})}}};
}

TEST(LowRankAdapter, StartsWithBAtZero) {
  const auto adapter = LowRankAdapter::fresh(wide_plan(), AdapterInit::kKaiming, 1, kFp32);
  for (int slot = 0; slot < 3; ++slot) EXPECT_EQ(adapter.pair(slot).b.abs().max().item<float>(), 0);
}

TEST(LowRankAdapter, KaimingFillsTheIntervalOfOneOverRootFanIn) {
  const auto adapter = LowRankAdapter::fresh(wide_plan(), AdapterInit::kKaiming, 1, kFp32);
  const at::Tensor a = adapter.pair(0).a;
  const double bound = 1.0 / std::sqrt(256.0);
  EXPECT_LE(a.abs().max().item<double>(), bound);
  EXPECT_GT(a.abs().max().item<double>(), 0.99 * bound);
  EXPECT_NEAR(a.mean().item<double>(), 0.0, 0.03 * bound);
  EXPECT_NEAR(a.std().item<double>(), bound / std::sqrt(3.0), 0.02 * bound);
}

TEST(LowRankAdapter, KaimingCountsTheKernelIntoFanIn) {
  const auto adapter = LowRankAdapter::fresh(wide_plan(), AdapterInit::kKaiming, 1, kFp32);
  const double bound = 1.0 / std::sqrt(32.0 * 9.0);
  EXPECT_LE(adapter.pair(2).a.abs().max().item<double>(), bound);
  EXPECT_GT(adapter.pair(2).a.abs().max().item<double>(), 0.99 * bound);
}

TEST(LowRankAdapter, GaussianHasStandardDeviationOneOverRank) {
  const auto adapter = LowRankAdapter::fresh(wide_plan(), AdapterInit::kGaussian, 1, kFp32);
  EXPECT_NEAR(adapter.pair(0).a.std().item<double>(), 1.0 / 16.0, 0.03 / 16.0);
}

TEST(LowRankAdapter, DependsOnSeedAndSlotAlone) {
  const auto one = LowRankAdapter::fresh(wide_plan(), AdapterInit::kKaiming, 1, kFp32);
  const auto same = LowRankAdapter::fresh(wide_plan(), AdapterInit::kKaiming, 1, kFp32);
  const auto other = LowRankAdapter::fresh(wide_plan(), AdapterInit::kKaiming, 2, kFp32);
  EXPECT_TRUE(at::equal(one.pair(1).a, same.pair(1).a));
  EXPECT_FALSE(at::equal(one.pair(1).a, other.pair(1).a));
  EXPECT_FALSE(at::equal(one.pair(0).a, one.pair(1).a));
}

TEST(LowRankAdapter, LeavesAreOneAAndOneBPerSlotAndWantGradients) {
  const auto adapter = LowRankAdapter::fresh(wide_plan(), AdapterInit::kKaiming, 1, kFp32);
  ASSERT_EQ(adapter.leaves().size(), 6U);
  EXPECT_TRUE(adapter.leaves()[2].is_same(adapter.pair(1).a));
  EXPECT_TRUE(adapter.leaves()[3].is_same(adapter.pair(1).b));
  for (const at::Tensor& leaf : adapter.leaves())
    EXPECT_TRUE(leaf.is_leaf() && leaf.requires_grad());
}

TEST(LowRankAdapter, AFilesEffectIsKeptWhateverTheScale) {
  const auto adapter = LowRankAdapter::from_effective(wide_plan(), effective_pairs(), "f", kFp32);
  EXPECT_TRUE(at::equal(adapter.pair(1).b.mul(adapter.scale()), at::ones({64, 16})));
}

TEST(LowRankAdapter, AFileOfOtherLayersIsRefusedByName) {
  auto pairs = effective_pairs();
  pairs.erase("b.to_q");
  try {
    (void)LowRankAdapter::from_effective(wide_plan(), pairs, "lora.safetensors", kFp32);
    FAIL() << "expected a failure";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kInput);
    EXPECT_THAT(failure.what(), HasSubstr("lora.safetensors: nothing for the layer b.to_q"));
  }
  pairs = effective_pairs();
  pairs["c.to_q"] = pairs["a.to_q"];
  EXPECT_THROW((void)LowRankAdapter::from_effective(wide_plan(), pairs, "f", kFp32), Failure);
}

TEST(LowRankAdapter, AFileOfAnotherRankIsRefused) {
  auto pairs = effective_pairs();
  pairs["a.to_q"] = {at::ones({8, 256}), at::ones({64, 8})};
  EXPECT_THROW((void)LowRankAdapter::from_effective(wide_plan(), pairs, "f", kFp32), Failure);
}

}  // namespace
}  // namespace rocm::model
