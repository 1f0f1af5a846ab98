// SPDX-License-Identifier: Apache-2.0
#include "launcher/noise_source.hpp"

#include <limits>

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <gtest/gtest.h>

#include "data/safetensors_writer.hpp"
#include "model/keyed_noise.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::failure_of;

/// 3 draws of 2 samples of 4 x 5 x 6 latents.
constexpr NoiseShape kShape{.draws = 3, .latent_CHW = {4, 5, 6}};
constexpr std::int64_t kSamples = 2;

at::Tensor numbered(at::IntArrayRef shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return at::arange(count, at::kFloat).view(shape);
}

class ReplayFile : public ::testing::Test {
 protected:
  std::filesystem::path write(const at::Tensor& z, const char* name = "z") {
    data::write_safetensors(path_, {{name, z}});
    return path_;
  }

  [[nodiscard]] std::string refusal(std::int64_t iterations = 1) const {
    return failure_of(ExitCode::kInput,
                      [&] { ReplayedNoise(path_, kShape, kSamples, iterations); });
  }

  /// The message about `problem` in this file.
  [[nodiscard]] std::string complaint(const std::string& problem) const {
    return path_.string() + ": " + problem +
           ". write z as [N, B, C, h, w], or [iterations, N, B, C, h, w] for train, in fp32.";
  }

 private:
  rocm::test::ScratchFolder scratch_;
  std::filesystem::path path_ = scratch_ / "noise.safetensors";
};

TEST_F(ReplayFile, WithoutStepsIsTheSameAtEveryStep) {
  const at::Tensor z = numbered({3, 2, 4, 5, 6});
  const ReplayedNoise noise(write(z), kShape, kSamples, 100);
  EXPECT_TRUE(at::equal(noise.z_NCHW(1, 1), z.select(1, 1)));
  EXPECT_TRUE(at::equal(noise.z_NCHW(100, 1), z.select(1, 1)));
}

TEST_F(ReplayFile, WithStepsHasRowKMinusOneForStepK) {
  const at::Tensor z = numbered({5, 3, 2, 4, 5, 6});
  const ReplayedNoise noise(write(z), kShape, kSamples, 5);
  EXPECT_TRUE(at::equal(noise.z_NCHW(1, 0), z[0].select(1, 0)));
  EXPECT_TRUE(at::equal(noise.z_NCHW(5, 1), z[4].select(1, 1)));
}

TEST_F(ReplayFile, TellsHowManySamplesItHolds) {
  EXPECT_EQ(samples_in_replay(write(numbered({3, 2, 4, 5, 6}))), 2);
  EXPECT_EQ(samples_in_replay(write(numbered({5, 3, 7, 4, 5, 6}))), 7);
}

TEST_F(ReplayFile, WithoutZIsRefused) {
  write(numbered({3, 2, 4, 5, 6}), "noise");
  EXPECT_EQ(refusal(), complaint("there is no tensor z in it (a replay file is its z)"));
}

TEST_F(ReplayFile, WithoutSamplesIsRefused) {
  write(at::zeros({3, 0, 4, 5, 6}));
  EXPECT_EQ(refusal(), complaint("z is empty (every sample starts from noise)"));
}

TEST_F(ReplayFile, WithNaNIsRefused) {
  at::Tensor z = numbered({3, 2, 4, 5, 6});
  z[1][0][0][0][0] = std::numeric_limits<float>::quiet_NaN();
  write(z);
  EXPECT_EQ(refusal(), complaint("z holds NaN or infinity (noise is normal deviates)"));
}

TEST_F(ReplayFile, OfAnotherDimensionIsRefused) {
  write(numbered({3, 4, 5, 6}));
  EXPECT_EQ(refusal(), complaint("z has 4 dimensions (noise is replayed draw by draw)"));
}

TEST_F(ReplayFile, OfIntegersIsRefused) {
  write(at::zeros({3, 2, 4, 5, 6}, at::kLong));
  EXPECT_EQ(refusal(), complaint("z holds no floating-point numbers (noise is normal deviates)"));
}

TEST_F(ReplayFile, OfAnotherBatchIsRefused) {
  write(numbered({3, 1, 4, 5, 6}));
  EXPECT_EQ(refusal(), complaint("z is 3 x 1 x 4 x 5 x 6 per step (this model, schedule and batch "
                                 "draw 3 x 2 x 4 x 5 x 6)"));
}

TEST_F(ReplayFile, WithFewerStepsThanTheRunIsRefused) {
  write(numbered({5, 3, 2, 4, 5, 6}));
  EXPECT_EQ(refusal(6), complaint("z is made for 5 steps (the run has 6 iterations)"));
}

TEST_F(ReplayFile, ThatIsMissingIsRefused) {
  EXPECT_NE(refusal().find("noise.safetensors"), std::string::npos);
}

TEST(KeyedNoiseSource, DrawsByStepAndSample) {
  const KeyedNoise noise(7, kShape);
  const at::Tensor expected = model::keyed_noise({.seed = 7, .step = 4, .sample = 9}, 3, {4, 5, 6});
  EXPECT_TRUE(at::equal(noise.z_NCHW(4, 9), expected));
  EXPECT_FALSE(at::equal(noise.z_NCHW(9, 4), expected));
}

}  // namespace
}  // namespace rocm::launcher
