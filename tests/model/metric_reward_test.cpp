// SPDX-License-Identifier: Apache-2.0
#include "model/rewards/metric_reward.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "model/image_decoder.hpp"
#include "model/rewards/jpeg_score.hpp"
#include "model/rewards/reward_mixture.hpp"
#include "tests/model/slope.hpp"

namespace rocm::model {
namespace {

using test::deviates;

/// A thousand times the first byte: enough to see what was measured.
JpegScore first_byte_score() {
  return {"first_byte", JpegScore::Sign::kIncompressibility, [](const at::Tensor& pixels_HWC) {
            return std::size_t{1000} * pixels_HWC[0][0][0].item<std::uint8_t>();
          }};
}

MetricReward first_byte() {
  return MetricReward(std::make_unique<JpegScore>(first_byte_score()));
}

/// The mean grey of each picture.
class Brightness final : public Reward {
 public:
  [[nodiscard]] std::string_view name() const override { return "brightness"; }

  [[nodiscard]] at::Tensor measure(const at::Tensor& pixels_BHWC,
                                   std::span<const std::string>) const override {
    return pixels_BHWC.to(at::kDouble).flatten(1).mean(1).div(255.0);
  }

  [[nodiscard]] at::Tensor evaluate(const at::Tensor& image_BCHW,
                                    std::span<const std::string>) const override {
    return image_BCHW.flatten(1).mean(1);
  }
};

const at::Tensor& pictures() {
  static const at::Tensor image_BCHW = deviates({2, 3, 8, 8}, 4).mul(0.2).add(0.5);
  return image_BCHW;
}

const std::vector<std::string> kCaptions{"one", "two"};

TEST(MetricReward, IsTheMetricOfThePictureRoundedToBytes) {
  const at::Tensor expected = first_byte_score().measure(to_pixels_BHWC(pictures()), kCaptions);
  EXPECT_TRUE(at::equal(first_byte().evaluate(pictures(), kCaptions), expected));
  EXPECT_EQ(first_byte().name(), "first_byte");
}

TEST(MetricReward, HasNoGraphAndSaysSo) {
  const at::Tensor live = pictures().clone().requires_grad_();
  EXPECT_FALSE(first_byte().evaluate(live, kCaptions).requires_grad());
  EXPECT_FALSE(first_byte().differentiable());
  EXPECT_TRUE(Brightness().differentiable());
}

RewardMixture mixture_of(bool with_metric) {
  std::vector<WeightedReward> rewards;
  rewards.push_back({.reward = std::make_unique<Brightness>(), .weight = 2.0});
  if (with_metric)
    rewards.push_back({.reward = std::make_unique<MetricReward>(first_byte()), .weight = -1.0});
  return RewardMixture(std::move(rewards), {.combine = {.rule = RewardRule::kMin}});
}

TEST(RewardMixture, IsDifferentiableIfEveryRewardIs) {
  EXPECT_TRUE(mixture_of(false).differentiable());
  EXPECT_FALSE(mixture_of(true).differentiable());
}

TEST(RewardMixture, AppliesItsRuleToWeightedRewardsAndKeepsTheRawOnes) {
  const at::NoGradGuard no_grad;
  const auto value = mixture_of(true)(pictures(), kCaptions);
  const at::Tensor bright_B = Brightness().evaluate(pictures(), kCaptions);
  const at::Tensor metric_B = first_byte().evaluate(pictures(), kCaptions);
  EXPECT_TRUE(at::equal(value.raw_B[0], bright_B));
  EXPECT_TRUE(at::equal(value.raw_B[1], metric_B));
  EXPECT_TRUE(at::equal(value.total_B, bright_B.mul(2.0).minimum(metric_B.neg())));
}

TEST(RewardMixture, ShowsAllRewardsTheSameAugmentedPicture) {
  const Augmentation augment{.crop = 0.5, .noise = 0.2};
  const std::vector<NoiseKey> keys{{.seed = 1, .step = 2}, {.seed = 1, .step = 2, .sample = 1}};
  std::vector<WeightedReward> rewards;
  rewards.push_back({.reward = std::make_unique<Brightness>()});
  rewards.push_back({.reward = std::make_unique<MetricReward>(first_byte())});
  const RewardMixture mixture(std::move(rewards), {.augment = augment});
  const auto value = mixture(pictures(), kCaptions, keys);
  const at::Tensor seen_BCHW = augment(pictures(), keys);
  EXPECT_TRUE(at::equal(value.raw_B[0], Brightness().evaluate(seen_BCHW, kCaptions)));
  EXPECT_TRUE(at::equal(value.raw_B[1], first_byte().evaluate(seen_BCHW, kCaptions)));
  EXPECT_THROW((void)mixture(pictures(), kCaptions), ContractViolation);
}

}  // namespace
}  // namespace rocm::model
