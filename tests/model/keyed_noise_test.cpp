// SPDX-License-Identifier: Apache-2.0
#include "model/keyed_noise.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

namespace rocm::model {
namespace {

std::vector<double> values_of(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.to(at::kDouble).contiguous();
  const double* data = dense.const_data_ptr<double>();
  return {data, data + dense.numel()};
}

/// Expected deviates of an implementation of the recipe in Python integers and doubles. Logarithms
/// and cosines of two libraries may round the last bit of a float differently.
void expect_first_values(const NoiseKey& key, std::int64_t entry,
                         const std::vector<double>& expected) {
  const auto noise = values_of(keyed_noise(key, entry + 1, {1, 1, 5})[entry]);
  for (std::size_t e = 0; e < expected.size(); ++e)
    EXPECT_NEAR(noise[e], expected[e], 2e-7) << "entry " << entry << ", element " << e;
}

TEST(KeyedNoise, FollowsItsRecipe) {
  // Philox4x32-10 of key 0 and counter 0 is 6627e8d5 e169c58d bc57ac4c 9b00dbd8 (Random123).
  expect_first_values({}, 0,
                      {-0.12151797860860825, -1.3500326871871948, -0.08187420666217804,
                       -0.222709059715271, 1.7764242887496948});
  expect_first_values({.seed = 2026, .step = 7, .sample = 3}, 0,
                      {1.065158724784851, 0.492024302482605, 0.6649725437164307,
                       -1.1901729106903076, -1.0630168914794922});
  expect_first_values({.seed = 2026, .step = 7, .sample = 3}, 5,
                      {0.5810678601264954, -0.46555835008621216, 0.26783692836761475,
                       0.2916789650917053, 0.4327729642391205});
}

TEST(KeyedNoise, UsesAllBitsOfTheSeed) {
  expect_first_values({.seed = (1ULL << 40) + 17, .step = 1, .sample = 2}, 1,
                      {-0.9275685548782349, 0.9386139512062073, 0.12338963150978088,
                       0.6236898899078369, -0.8770065903663635});
}

TEST(KeyedNoise, OfLaterEntriesFollowsItsRecipeToo) {
  const NoiseKey key{.seed = 2026, .step = 7, .sample = 3};
  const auto noise = values_of(keyed_noise(key, 1, {3}, noise_entry::kDivergence + 2));
  const std::vector<double> expected{-0.08938522636890411, -0.9303960800170898, 1.7551782131195068};
  for (std::size_t e = 0; e < expected.size(); ++e) EXPECT_NEAR(noise[e], expected[e], 2e-7) << e;
  EXPECT_TRUE(at::equal(keyed_noise(key, 2, {3}, 4), keyed_noise(key, 6, {3}).narrow(0, 4, 2)));
}

TEST(KeyedUniforms, FollowTheRecipeOfTheNoise) {
  EXPECT_EQ(keyed_uniforms({.seed = 2026, .step = 7, .sample = 3}, noise_entry::kWindow, 3),
            (std::vector<double>{0.37877188244391974, 0.8153335832086188, 0.14839866609740232}));
}

TEST(KeyedNoise, OfAnEntryDoesNotDependOnHowManyAreDrawn) {
  const NoiseKey key{.seed = 1, .step = 2, .sample = 3};
  const at::Tensor many = keyed_noise(key, 8, {4, 6, 6});
  EXPECT_TRUE(at::equal(keyed_noise(key, 3, {4, 6, 6}), many.narrow(0, 0, 3)));
}

TEST(KeyedNoise, OfAnElementDependsOnItsIndexAlone) {
  const NoiseKey key{.seed = 1, .step = 2, .sample = 3};
  const at::Tensor flat = keyed_noise(key, 2, {1, 1, 63}).flatten(1);
  const at::Tensor square = keyed_noise(key, 2, {4, 4, 4}).flatten(1);
  EXPECT_TRUE(at::equal(square.narrow(1, 0, 63), flat));
}

TEST(KeyedNoise, HasTheShapeThatWasAskedFor) {
  const at::Tensor noise = keyed_noise({}, 3, {4, 5, 7});
  EXPECT_EQ(noise.sizes(), at::IntArrayRef({3, 4, 5, 7}));
  EXPECT_EQ(noise.scalar_type(), at::kFloat);
  EXPECT_EQ(keyed_noise({}, 0, {4, 5, 7}).numel(), 0);
}

TEST(KeyedNoise, OfDifferentKeysHasNoValueInCommon) {
  const std::vector<NoiseKey> keys{{.seed = 1, .step = 2, .sample = 3},
                                   {.seed = 2, .step = 2, .sample = 3},
                                   {.seed = 1, .step = 3, .sample = 3},
                                   {.seed = 1, .step = 2, .sample = 4},
                                   {.seed = 1, .step = 3, .sample = 2}};
  for (std::size_t i = 0; i < keys.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const at::Tensor a = keyed_noise(keys[i], 2, {1, 4, 4});
      const at::Tensor b = keyed_noise(keys[j], 2, {1, 4, 4});
      EXPECT_EQ(a.eq(b).sum().item<std::int64_t>(), 0) << "keys " << i << " and " << j;
    }
}

TEST(KeyedNoise, OfDifferentEntriesHasNoValueInCommon) {
  const at::Tensor noise = keyed_noise({.seed = 5}, 2, {4, 8, 8});
  EXPECT_EQ(noise[0].eq(noise[1]).sum().item<std::int64_t>(), 0);
}

TEST(KeyedNoise, HasTheMomentsOfAStandardNormal) {
  // One sample's noise at 512 x 512 pixels and 8 steps: 131072 deviates. Bounds are five standard
  // errors of each moment.
  const auto noise = keyed_noise({.seed = 11, .step = 1}, 8, {4, 64, 64}).to(at::kDouble);
  const double root_n = std::sqrt(static_cast<double>(noise.numel()));
  EXPECT_NEAR(noise.mean().item<double>(), 0.0, 5.0 / root_n);
  EXPECT_NEAR(noise.pow(2).mean().item<double>(), 1.0, 5.0 * std::sqrt(2.0) / root_n);
  EXPECT_NEAR(noise.pow(3).mean().item<double>(), 0.0, 5.0 * std::sqrt(15.0) / root_n);
  EXPECT_NEAR(noise.pow(4).mean().item<double>(), 3.0, 5.0 * std::sqrt(96.0) / root_n);
}

TEST(KeyedNoise, PassesTheKolmogorovSmirnovTest) {
  auto noise = values_of(keyed_noise({.seed = 12, .step = 9, .sample = 4}, 8, {4, 64, 64}));
  std::ranges::sort(noise);
  const auto count = static_cast<double>(noise.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < noise.size(); ++i) {
    const double normal = 0.5 * std::erfc(-noise[i] / std::numbers::sqrt2);
    distance = std::max({distance, normal - static_cast<double>(i) / count,
                         static_cast<double>(i + 1) / count - normal});
  }
  EXPECT_LT(distance * std::sqrt(count), 1.95);  // p = 0.001
}

TEST(KeyedNoise, OfNeighbouringElementsIsUncorrelated) {
  const at::Tensor noise = keyed_noise({.seed = 13}, 1, {4, 128, 128}).to(at::kDouble).flatten();
  const std::int64_t count = noise.numel() - 1;
  const double correlation =
      noise.narrow(0, 0, count).mul(noise.narrow(0, 1, count)).mean().item<double>();
  EXPECT_NEAR(correlation, 0.0, 5.0 / std::sqrt(static_cast<double>(count)));
}

}  // namespace
}  // namespace rocm::model
