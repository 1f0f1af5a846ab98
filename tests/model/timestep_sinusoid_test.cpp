// SPDX-License-Identifier: Apache-2.0
#include "model/timestep_sinusoid.hpp"

#include <ATen/ops/full.h>
#include <gtest/gtest.h>

namespace rocm::model {
namespace {

at::Tensor at_999(const TimestepSinusoid& sinusoid) {
  return sinusoid(at::full({1}, 999, at::kLong))[0];
}

TEST(TimestepSinusoid, GivesTheReferencesNumbersAt999) {
  const at::Tensor s = at_999({.width = 320});
  EXPECT_NEAR(s[0].item<float>(), 0.9996498, 1e-6);
  EXPECT_NEAR(s[1].item<float>(), 0.8026775, 1e-6);
  EXPECT_NEAR(s[2].item<float>(), -0.2780621, 1e-6);
  EXPECT_NEAR(s[159].item<float>(), 0.9944063, 1e-6);
  EXPECT_NEAR(s[160].item<float>(), -0.0264608, 1e-6);
  EXPECT_NEAR(s[161].item<float>(), 0.5964133, 1e-6);
}

TEST(TimestepSinusoid, UnflippedPutsSinesFirst) {
  const at::Tensor flipped = at_999({.width = 8});
  const at::Tensor plain = at_999({.width = 8, .flip_sin_to_cos = false});
  EXPECT_EQ(plain[0].item<float>(), flipped[4].item<float>());
  EXPECT_EQ(plain[4].item<float>(), flipped[0].item<float>());
}

TEST(TimestepSinusoid, OfAnOddWidthEndsInZero) {
  const at::Tensor s = at_999({.width = 9});
  ASSERT_EQ(s.size(0), 9);
  EXPECT_EQ(s[8].item<float>(), 0.0F);
}

}  // namespace
}  // namespace rocm::model
