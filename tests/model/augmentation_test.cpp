// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/augmentation.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;

constexpr Augmentation kWindowed{.crop = 0.5};
constexpr Augmentation kNoisy{.noise = 0.1};
constexpr Augmentation kBoth{.crop = 0.5, .noise = 0.1};

std::vector<NoiseKey> keys(std::uint32_t count, std::uint32_t step = 7) {
  std::vector<NoiseKey> keys;
  for (std::uint32_t sample = 0; sample < count; ++sample)
    keys.push_back({.seed = 2026, .step = step, .sample = sample});
  return keys;
}

/// A picture whose value at a pixel is its row.
at::Tensor rows(std::int64_t height, std::int64_t width) {
  return at::arange(height, at::kDouble).view({1, 1, height, 1}).expand({1, 3, height, width});
}

TEST(Augmentation, ThatIsOffIsThePictureItself) {
  const at::Tensor image_BCHW = deviates({2, 3, 9, 7}, 1);
  EXPECT_FALSE(Augmentation{}.enabled());
  EXPECT_TRUE(at::equal(Augmentation{}(image_BCHW, keys(2)), image_BCHW));
}

TEST(Augmentation, HasTheGradientOfFiniteDifferences) {
  for (const Augmentation& augment : {kWindowed, kNoisy, kBoth})
    test::expect_right_gradients(
        [&](const std::vector<at::Tensor>& image) {
          return test::weighed_sum(augment(image[0], keys(2)).pow(2));
        },
        {deviates({2, 3, 9, 7}, 2)});
}

TEST(Augmentation, ShowsAWindowEnlargedToThePicturesSize) {
  const at::Tensor seen_BCHW = kWindowed(rows(64, 48), keys(1));
  EXPECT_EQ(seen_BCHW.sizes(), at::IntArrayRef({1, 3, 64, 48}));
  const auto row = [&](std::int64_t y) { return seen_BCHW[0][0][y][0].item<double>(); };
  const double shown = row(63) - row(0);  // rows, between centres
  EXPECT_GE(shown, 0.5 * 64 - 1.0);
  EXPECT_LE(shown, 63.0);
  // Enlarging by 64 / length is uniform away from the edges.
  EXPECT_NEAR(row(33) - row(32), row(32) - row(31), 1e-12);
}

TEST(Augmentation, TakesTheWindowThatItsKeyNames) {
  // u = 0.378..., 0.815..., 0.148... of docs/noise.md's NumPy: s = 0.689..., 44 of 64 rows from
  // floor(0.815 x 21) = 17 on, whose first half pixel repeats the edge.
  const std::vector<NoiseKey> key{{.seed = 2026, .step = 7, .sample = 3}};
  const at::Tensor column_H = kWindowed(rows(64, 64), key)[0][0].select(1, 0);
  EXPECT_NEAR(column_H[0].item<double>(), 17.0, 1e-12);
  EXPECT_NEAR(column_H[63].item<double>(), 60.0, 1e-12);
}

TEST(Augmentation, AddsNoiseOfItsStandardDeviation) {
  const at::Tensor grey_BCHW = at::full({1, 3, 64, 64}, 0.5, at::kDouble);
  const at::Tensor noise_BCHW = kNoisy(grey_BCHW, keys(1)).sub(grey_BCHW);
  const at::Tensor drawn_CHW = keyed_noise(keys(1)[0], 1, {3, 64, 64}, noise_entry::kPixels)[0];
  const at::Tensor expected_CHW = drawn_CHW.to(at::kDouble).mul(0.1);
  EXPECT_LT(noise_BCHW[0].sub(expected_CHW).abs().max().item<double>(), 1e-14);
  EXPECT_NEAR(noise_BCHW.std().item<double>(), 0.1, 0.005);
}

TEST(Augmentation, OfAPictureDependsOnItAndItsKeyAlone) {
  const at::Tensor image_BCHW = deviates({3, 3, 16, 16}, 3).to(at::kFloat);
  const std::vector<NoiseKey> three = keys(3);
  const at::Tensor together_BCHW = kBoth(image_BCHW, three);
  for (std::size_t b = 0; b < three.size(); ++b) {
    const auto alone_BCHW =
        kBoth(image_BCHW.narrow(0, static_cast<std::int64_t>(b), 1), {&three[b], 1});
    EXPECT_TRUE(at::equal(alone_BCHW[0], together_BCHW[static_cast<std::int64_t>(b)])) << b;
  }
}

TEST(Augmentation, DiffersBetweenStepsAndSamples) {
  const at::Tensor image_BCHW = deviates({1, 3, 16, 16}, 4).expand({2, 3, 16, 16});
  for (const Augmentation& augment : {kWindowed, kNoisy}) {
    const at::Tensor seen_BCHW = augment(image_BCHW, keys(2, 7));
    EXPECT_FALSE(at::equal(seen_BCHW[0], seen_BCHW[1]));
    EXPECT_FALSE(at::equal(seen_BCHW, augment(image_BCHW, keys(2, 8))));
  }
}

TEST(Augmentation, KeepsAtLeastOnePixel) {
  constexpr Augmentation tiny{.crop = 1e-9};
  const at::Tensor seen_BCHW = tiny(rows(2, 1), keys(1));
  EXPECT_EQ(seen_BCHW.sizes(), at::IntArrayRef({1, 3, 2, 1}));
  EXPECT_TRUE(seen_BCHW.isfinite().all().item<bool>());
}

TEST(Augmentation, NeedsAKeyForEveryPicture) {
  EXPECT_THROW((void)kNoisy(at::zeros({2, 3, 4, 4}), keys(1)), ContractViolation);
}

}  // namespace
}  // namespace rocm::model
