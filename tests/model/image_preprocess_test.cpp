// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/image_preprocess.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/model/golden_file.hpp"
#include "tests/model/slope.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::model {
namespace {

using test::deviates;
using test::golden_tensors;
using test::largest_difference;

constexpr ImagePreprocess kTo32{.size = 32};

at::Tensor source_BHWC() {
  return golden_tensors("image_preprocess").at("src").unsqueeze(0);
}

/// The same picture as a reward sees it, [1, 3, H, W] in 0..1.
at::Tensor source_BCHW() {
  return source_BHWC().permute({0, 3, 1, 2}).to(at::kFloat).div(255.0);
}

TEST(ImagePreprocess, ForMetricsGivesTheNumbersOfTransformers) {
  const at::Tensor expected = golden_tensors("image_preprocess").at("hf_clip_32");
  EXPECT_LT(largest_difference(kTo32.exact(source_BHWC())[0], expected), 1e-6);
}

TEST(ImagePreprocess, ForMetricsTreatsEveryPictureAlone) {
  const at::Tensor two_BHWC = source_BHWC().repeat({2, 1, 1, 1});
  two_BHWC[1].fill_(9);
  EXPECT_TRUE(at::equal(kTo32.exact(two_BHWC)[0], kTo32.exact(source_BHWC())[0]));
}

TEST(ImagePreprocess, ForMetricsOnlyNormalisesAPictureThatFits) {
  const at::Tensor grey = at::full({1, 32, 32, 3}, 51, at::kByte);
  const at::Tensor out_BCHW = kTo32.exact(grey);
  for (std::int64_t c = 0; c < 3; ++c) {
    const auto i = static_cast<std::size_t>(c);
    const double expected = (51.0 / 255.0 - kTo32.mean[i]) / kTo32.deviation[i];
    EXPECT_LT(out_BCHW[0][c].sub(expected).abs().max().item<double>(), 1e-6) << "channel " << c;
  }
}

TEST(ImagePreprocess, ForRewardsResizesTheTensorWithAntialiasing) {
  const at::Tensor expected = golden_tensors("image_preprocess").at("hps_tensor_aa_32");
  EXPECT_LT(largest_difference(kTo32.differentiable(source_BCHW())[0], expected), 1e-5);
}

TEST(ImagePreprocess, ForRewardsOnlyNormalisesAPictureThatFits) {
  const at::Tensor image_BCHW = deviates({2, 3, 32, 32}, 3);
  const at::Tensor out_BCHW = kTo32.differentiable(image_BCHW);
  const at::Tensor green = image_BCHW.select(1, 1).sub(kTo32.mean[1]).div(kTo32.deviation[1]);
  EXPECT_TRUE(at::equal(out_BCHW.select(1, 1), green));
}

TEST(ImagePreprocess, ForRewardsCropsTheCentreOfAWideAndOfATallPicture) {
  // Columns numbered 0 .. 37: of 38 the middle 32 begin at 3.
  const at::Tensor wide = at::arange(38, at::kDouble).expand({1, 3, 32, 38});
  const at::Tensor row =
      kTo32.differentiable(wide)[0][0][0].mul(kTo32.deviation[0]).add(kTo32.mean[0]);
  EXPECT_NEAR(row[0].item<double>(), 3.0, 1e-12);
  EXPECT_NEAR(row[31].item<double>(), 34.0, 1e-12);
  const at::Tensor tall = kTo32.differentiable(wide.transpose(2, 3));
  EXPECT_TRUE(at::equal(tall.transpose(2, 3), kTo32.differentiable(wide)));
}

TEST(ImagePreprocess, ForRewardsHasTheGradientOfFiniteDifferences) {
  for (const auto& size : {std::array<std::int64_t, 2>{24, 24}, {61, 97}, {40, 32}, {32, 32}})
    test::expect_right_gradients(
        [](const std::vector<at::Tensor>& image) {
          return test::weighed_sum(kTo32.differentiable(image[0]));
        },
        {deviates({1, 3, size[0], size[1]}, 21)});
}

TEST(ImagePreprocess, OfBothPathsAgreesToAFewGreyLevels) {
  // Pillow rounds to bytes and clamps the overshoot; the tensor path does neither.
  const at::Tensor difference =
      kTo32.exact(source_BHWC()).sub(kTo32.differentiable(source_BCHW())).abs();
  const double level = 1.0 / 255.0 / kTo32.deviation[1];
  EXPECT_LT(difference.mean().item<double>(), level);
  EXPECT_LT(difference.max().item<double>(), 12.0 * level);
}

ImagePreprocess read_preprocess(const char* json) {
  return ImagePreprocess::from_json(nlohmann::json::parse(json), "preprocessor_config.json");
}

TEST(ImagePreprocess, ReadsBothSpellingsOfASize) {
  EXPECT_EQ(read_preprocess(R"({"size": 32, "crop_size": 32})").size, 32);
  EXPECT_EQ(read_preprocess(
                R"({"size": {"shortest_edge": 48}, "crop_size": {"height": 48, "width": 48}})")
                .size,
            48);
  EXPECT_EQ(read_preprocess("{}").size, 224);
}

TEST(ImagePreprocess, ReadsMeansAndDeviations) {
  const auto half =
      read_preprocess(R"({"image_mean": [0.5, 0.25, 0.125], "image_std": [1, 2, 4]})");
  EXPECT_EQ(half.mean, (std::array<double, 3>{0.5, 0.25, 0.125}));
  EXPECT_EQ(half.deviation, (std::array<double, 3>{1.0, 2.0, 4.0}));
}

TEST(ImagePreprocess, RefusesStepsThatAreNotComputedHere) {
  struct Case {
    const char* json;
    const char* key;
  };

  for (const Case& wrong :
       {Case{R"({"do_resize": false})", "do_resize"},
        Case{R"({"do_normalize": false})", "do_normalize"}, Case{R"({"resample": 2})", "resample"},
        Case{R"({"size": 256, "crop_size": 224})", "crop_size"},
        Case{R"({"size": 0, "crop_size": 0})", "size"}, Case{R"({"size": "big"})", "size"},
        Case{R"({"image_mean": [0.5, 0.5]})", "image_mean"},
        Case{R"({"image_std": ["a", 1, 1]})", "image_std"}}) {
    const std::string message =
        rocm::test::failure_of(ExitCode::kInput, [&] { (void)read_preprocess(wrong.json); });
    EXPECT_TRUE(message.starts_with(
        fmt::format("preprocessor_config.json: {} has a value that is not supported", wrong.key)))
        << wrong.json << ": " << message;
  }
}

}  // namespace
}  // namespace rocm::model
