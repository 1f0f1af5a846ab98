// SPDX-License-Identifier: Apache-2.0
#include "model/guidance_embedding.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/model/golden_file.hpp"

namespace rocm::model {
namespace {

// At an angle of 7000 the last bit of a float32 exp() moves a sine by up to 4.6e-4, so libraries
// differ by that much and no more.
constexpr double kSineTolerance = 5e-4;

TEST(GuidanceEmbedding, GivesTheReferencesNumbersAtWeightSeven) {
  const at::Tensor embedding = guidance_embedding(7.0, 256);
  EXPECT_EQ(embedding.sizes(), at::IntArrayRef({1, 256}));
  EXPECT_EQ(embedding.scalar_type(), at::kFloat);
  for (const auto& [i, value] : std::vector<std::pair<std::int64_t, double>>{{0, 0.50688541},
                                                                             {1, 0.80428714},
                                                                             {2, -0.86047971},
                                                                             {127, 0.64421761},
                                                                             {128, 0.86201346},
                                                                             {129, 0.59424084},
                                                                             {255, 0.76484221}})
    EXPECT_NEAR(embedding[0][i].item<double>(), value, kSineTolerance) << "element " << i;
}

TEST(GuidanceEmbedding, IsWhatTheReferencePipelineFed) {
  const at::Tensor fed = test::golden_tensors("lcm_pipeline_tiny.io").at("w_embedding");
  EXPECT_LT(test::largest_difference(guidance_embedding(7.0, 256), fed[0].unsqueeze(0)),
            kSineTolerance);
}

TEST(GuidanceEmbedding, OfTheUNetFixtureTakesEveryWeight) {
  const auto io = test::golden_tensors("unet_tiny_lcm.io");
  for (std::int64_t b = 0; b < 2; ++b) {
    const double w = io.at("w")[b].item<double>();
    const at::Tensor fed = io.at("timestep_cond")[b].unsqueeze(0);
    EXPECT_LT(test::largest_difference(guidance_embedding(w, 256), fed), kSineTolerance)
        << "w = " << w;
  }
}

TEST(GuidanceWeight, IsTheScaleLessOneOrTheScaleAsTheConventionSays) {
  EXPECT_EQ(guidance_weight(8.0, GuidanceConvention::kDiffusers), 7.0);
  EXPECT_EQ(guidance_weight(8.0, GuidanceConvention::kOriginal), 8.0);
}

TEST(GuidanceEmbedding, WithoutGuidanceIsZeroSinesAndUnitCosines) {
  const at::Tensor embedding = guidance_embedding(0.0, 8);
  EXPECT_EQ(embedding[0].narrow(0, 0, 4).abs().max().item<double>(), 0.0);
  EXPECT_EQ(embedding[0].narrow(0, 4, 4).sub(1.0).abs().max().item<double>(), 0.0);
}

TEST(GuidanceEmbedding, OfOddWidthEndsInAZero) {
  const at::Tensor odd = guidance_embedding(2.0, 9);
  EXPECT_EQ(odd.sizes(), at::IntArrayRef({1, 9}));
  EXPECT_EQ(odd[0][8].item<double>(), 0.0);
  EXPECT_EQ(test::largest_difference(odd.narrow(1, 0, 8), guidance_embedding(2.0, 8)), 0.0);
}

}  // namespace
}  // namespace rocm::model
