// SPDX-License-Identifier: Apache-2.0
#include "model/gradient_buffer.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

std::vector<at::Tensor> two_leaves(at::ScalarType dtype = at::kFloat) {
  return {at::zeros({2, 3}, dtype).requires_grad_(), at::zeros({4}, dtype).requires_grad_()};
}

TEST(GradientBuffer, StartsAtZeroInTheParametersType) {
  const GradientBuffer buffer(two_leaves(at::kDouble));
  EXPECT_TRUE(at::equal(buffer.flat(), at::zeros({10}, at::kDouble)));
  EXPECT_FALSE(buffer.flat().requires_grad());
}

TEST(GradientBuffer, HoldsGradientsInTheOrderOfTheParameters) {
  GradientBuffer buffer(two_leaves());
  buffer.add(std::vector<at::Tensor>{at::full({2, 3}, 1.0), at::full({4}, 2.0)});
  EXPECT_TRUE(
      at::equal(buffer.flat(), at::tensor({1.F, 1.F, 1.F, 1.F, 1.F, 1.F, 2.F, 2.F, 2.F, 2.F})));
}

TEST(GradientBuffer, SumsAndTakesAnUndefinedGradientForZero) {
  GradientBuffer buffer(two_leaves());
  buffer.add(std::vector<at::Tensor>{at::full({2, 3}, 1.0), at::full({4}, 2.0)});
  buffer.add(std::vector<at::Tensor>{at::Tensor(), at::full({4}, 0.5)});
  EXPECT_EQ(buffer.flat()[0].item<double>(), 1.0);
  EXPECT_EQ(buffer.flat()[9].item<double>(), 2.5);
}

TEST(GradientBuffer, RefusesAnotherNumberOfGradients) {
  GradientBuffer buffer(two_leaves());
  EXPECT_THROW(buffer.add(std::vector<at::Tensor>{at::Tensor()}), ContractViolation);
  EXPECT_THROW(GradientBuffer(std::vector<at::Tensor>{}), ContractViolation);
}

TEST(ViewsOf, ShareTheFlatTensorsMemory) {
  const auto leaves = two_leaves();
  const at::Tensor flat = at::zeros({10});
  const auto views = views_of(flat, leaves);
  EXPECT_EQ(views[0].sizes(), leaves[0].sizes());
  views[1].fill_(7.0);
  EXPECT_EQ(flat[6].item<double>(), 7.0);
}

TEST(ViewsOf, RefuseAFlatTensorThatIsTooLong) {
  EXPECT_THROW((void)views_of(at::zeros({11}), two_leaves()), ContractViolation);
}

}  // namespace
}  // namespace rocm::model
