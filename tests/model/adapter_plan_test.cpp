// SPDX-License-Identifier: Apache-2.0
#include "model/adapter_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rocm::model {
namespace {

using ::testing::ElementsAre;

TEST(AdapterPlan, TargetsMatchWholeComponentsAtTheEndOfAPath) {
  AdapterPlan plan({"to_q", "net.0.proj"}, 4, 2.0);
  EXPECT_EQ(plan.add_layer("mid.attn1.to_q", {8, 8}), 0);
  EXPECT_EQ(plan.add_layer("mid.attn1.not_to_q", {8, 8}), AdapterPlan::kNotAdapted);
  EXPECT_EQ(plan.add_layer("mid.to_q.other", {8, 8}), AdapterPlan::kNotAdapted);
  EXPECT_EQ(plan.add_layer("mid.ff.net.0.proj", {64, 8}), 1);
  EXPECT_EQ(plan.add_layer("to_q", {8, 8}), 2);
}

TEST(AdapterPlan, AMatrixGetsMatrices) {
  AdapterPlan plan({"to_k"}, 4, 2.0);
  plan.add_layer("attn2.to_k", {16, 32});
  EXPECT_THAT(plan.layers()[0].a_shape, ElementsAre(4, 32));
  EXPECT_THAT(plan.layers()[0].b_shape, ElementsAre(16, 4));
}

TEST(AdapterPlan, AConvolutionKeepsItsKernelInA) {
  AdapterPlan plan({"conv1"}, 4, 2.0);
  plan.add_layer("resnets.0.conv1", {16, 32, 3, 3});
  EXPECT_THAT(plan.layers()[0].a_shape, ElementsAre(4, 32, 3, 3));
  EXPECT_THAT(plan.layers()[0].b_shape, ElementsAre(16, 4, 1, 1));
}

TEST(AdapterPlan, ListsEveryLayerThatCouldBeATarget) {
  AdapterPlan plan({"to_q"}, 4, 2.0);
  plan.add_layer("attn1.to_q", {8, 8});
  plan.add_layer("attn1.to_k", {8, 8});
  EXPECT_THAT(plan.adaptable_modules(), ElementsAre("attn1.to_q", "attn1.to_k"));
}

TEST(AdapterPlan, KnowsTheTargetsThatMatchedNothing) {
  AdapterPlan plan({"to_q", "to_kk"}, 4, 2.0);
  plan.add_layer("attn1.to_q", {8, 8});
  EXPECT_THAT(plan.unmatched_targets(), ElementsAre("to_kk"));
}

}  // namespace
}  // namespace rocm::model
