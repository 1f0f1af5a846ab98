// SPDX-License-Identifier: Apache-2.0
#include "model/weights.hpp"

#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"

namespace rocm::model {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Weights two_tensors() {
  return {{{"conv.weight", at::ones({2, 3}, at::kHalf)}, {"conv.bias", at::ones({2}, at::kHalf)}},
          "unet/model.safetensors",
          at::kFloat,
          at::kCPU};
}

std::string complaint(const std::function<void()>& act) {
  try {
    act();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kInput);
    return failure.what();
  }
  return "no failure";
}

TEST(Weights, ComeInTheNetworksType) {
  Weights weights = two_tensors();
  EXPECT_EQ(weights.take("conv.weight", {2, 3}).scalar_type(), at::kFloat);
}

TEST(Weights, OfTheRightTypeAreNotCopied) {
  const at::Tensor mapped = at::ones({4});
  Weights weights({{"w", mapped}}, "file", at::kFloat, at::kCPU);
  EXPECT_EQ(weights.take("w", {4}).data_ptr(), mapped.data_ptr());
}

TEST(Weights, HoldNothingThatWasTaken) {
  at::Tensor stored = at::ones({4}, at::kHalf);
  const c10::weak_intrusive_ptr<c10::TensorImpl> watch(stored.getIntrusivePtr());
  Weights weights({{"w", std::move(stored)}}, "file", at::kFloat, at::kCPU);
  EXPECT_FALSE(watch.expired());
  const at::Tensor converted = weights.take("w", {4});
  EXPECT_TRUE(watch.expired());
  EXPECT_TRUE(weights.has("w"));
  EXPECT_NO_THROW(weights.expect_all_taken());
}

TEST(Weights, MayLeaveMatricesAsTheyAreStored) {
  const at::Tensor mapped = at::ones({2, 3}, at::kHalf);
  Weights weights({{"matrix", mapped}, {"bias", at::ones({2}, at::kHalf)}}, "file", at::kFloat,
                  at::kCPU, Conversion::kInProducts);
  EXPECT_EQ(weights.take_matrix("matrix", {2, 3}).stored().data_ptr(), mapped.data_ptr());
  EXPECT_EQ(weights.take("bias", {2}).scalar_type(), at::kFloat);
}

TEST(FrozenMatrix, IsConvertedIntoRoomThatOthersShare) {
  const at::Tensor a = at::rand({3, 4}).to(at::kHalf), b = at::rand({2, 5}).to(at::kBFloat16);
  const auto room = std::make_shared<at::Tensor>();
  const at::Tensor first = FrozenMatrix(a, room).in(at::kFloat);
  EXPECT_TRUE(at::equal(first, a.to(at::kFloat)));
  const at::Tensor second = FrozenMatrix(b, room).in(at::kFloat);
  EXPECT_TRUE(at::equal(second, b.to(at::kFloat)));
  EXPECT_EQ(first.data_ptr(), second.data_ptr());
}

TEST(FrozenMatrix, IsHandedOutAsItIsWhereTheTypeIsRight) {
  const at::Tensor stored = at::rand({3, 4});
  EXPECT_EQ(FrozenMatrix(stored, std::make_shared<at::Tensor>()).in(at::kFloat).data_ptr(),
            stored.data_ptr());
}

TEST(Weights, NameTheFileAndTheMissingTensor) {
  Weights weights = two_tensors();
  const std::string what = complaint([&] { weights.take("conv.scale", {2}); });
  EXPECT_THAT(what, HasSubstr("unet/model.safetensors: no tensor conv.scale"));
}

TEST(Weights, RefuseAnotherShapeAndShowBoth) {
  Weights weights = two_tensors();
  const std::string what = complaint([&] { weights.take("conv.weight", {3, 2}); });
  EXPECT_THAT(what, HasSubstr("conv.weight has shape [2, 3]"));
  EXPECT_THAT(what, HasSubstr("asks for [3, 2]"));
}

TEST(Weights, RefuseIntegers) {
  Weights weights({{"w", at::ones({4}, at::kLong)}}, "file", at::kFloat, at::kCPU);
  EXPECT_THAT(complaint([&] { weights.take("w", {4}); }), HasSubstr("w has type Long"));
}

TEST(Weights, ComplainOfWhatNoLayerTook) {
  Weights weights = two_tensors();
  (void)weights.take("conv.weight", {2, 3});
  EXPECT_THAT(complaint([&] { weights.expect_all_taken(); }),
              HasSubstr("1 unexpected tensors: \"conv.bias\""));
  (void)weights.take("conv.bias", {2});
  EXPECT_NO_THROW(weights.expect_all_taken());
}

TEST(Weights, ShowHostileNamesEscapedAndCut) {
  Weights weights({{"\x1b[31m\n" + std::string(5000, 'x'), at::ones({1})}}, "file", at::kFloat,
                  at::kCPU);
  const std::string what = complaint([&] { weights.expect_all_taken(); });
  EXPECT_THAT(what, Not(HasSubstr("\x1b")));
  EXPECT_THAT(what, Not(HasSubstr("\n")));
  EXPECT_LT(what.size(), 1000U);
}

TEST(WeightScope, JoinsNamesWithDots) {
  Weights weights = two_tensors();
  const WeightScope root(weights);
  EXPECT_EQ((root / "down_blocks" / 3 / "conv").path(), "down_blocks.3.conv");
  EXPECT_TRUE((root / "conv").has("bias"));
  EXPECT_EQ((root / "conv").take("bias", {2}).numel(), 2);
}

}  // namespace
}  // namespace rocm::model
