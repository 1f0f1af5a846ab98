// SPDX-License-Identifier: Apache-2.0
#include "launcher/workload.hpp"

#include <ATen/ops/cat.h>
#include <ATen/ops/equal.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "model/keyed_noise.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::launcher {
namespace {

const Computation kOnCpu{.device = at::kCPU, .network = at::kFloat, .state = at::kFloat};
constexpr NoiseShape kNoise{.draws = 3, .latent_CHW = {4, 5, 6}};
constexpr std::uint64_t kSeed = 17;

PromptEncoder golden_encoder() {
  auto directory = data::ModelDirectory::open(test::golden_folder() / "rocm_step/lcm");
  return {directory, kOnCpu};
}

/// Five prompts; sample s of step k draws prompt (3 k + s) mod 5.
class Dealt : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<objective::Unit> units(std::int64_t step, const Share& share,
                                                   std::int64_t micro_batch) const {
    return workload_.units_at(step, share, micro_batch);
  }

 private:
  data::PromptSet prompts_{.lines = {"a red square", "a blue disc", "a cat", "a dog", "snow"}};
  PromptEncoder encode_ = golden_encoder();
  Workload workload_{
      prompts_, [](std::int64_t step, std::int64_t sample) { return (3 * step + sample) % 5; },
      std::make_unique<KeyedNoise>(kSeed, kNoise), encode_, at::TensorOptions(at::kFloat)};
};

TEST(ShareOf, GivesRanksContiguousBlocksInRankOrder) {
  const Share first = share_of(0, 3, 6, 2), last = share_of(2, 3, 6, 2);
  EXPECT_EQ(first.first, 0);
  EXPECT_EQ(first.count, 4);
  EXPECT_EQ(last.first, 8);
  EXPECT_EQ(last.count, 4);
}

TEST(ShareOf, CoversTheBatchForEveryRankCount) {
  for (const int ranks : {1, 2, 3, 4, 6, 12}) {
    std::int64_t next = 0;
    for (int rank = 0; rank < ranks; ++rank) {
      const Share share = share_of(rank, ranks, 12, 2);
      EXPECT_EQ(share.first, next) << "rank " << rank << " of " << ranks;
      next += share.count;
    }
    EXPECT_EQ(next, 24) << ranks << " ranks";
  }
}

TEST(ShareOf, RefusesUnitsThatDoNotDivide) {
  EXPECT_THROW((void)share_of(0, 4, 6, 1), ContractViolation);
}

TEST_F(Dealt, UnitsNameTheirSamplesAndPrompts) {
  const auto dealt = units(2, {.first = 4, .count = 4}, 2);
  ASSERT_EQ(dealt.size(), 2U);
  EXPECT_EQ(dealt[1].sample_ids, (std::vector<std::int64_t>{6, 7}));
  EXPECT_EQ(dealt[1].prompt_ids, (std::vector<std::int64_t>{2, 3}));
  EXPECT_EQ(dealt[1].captions, (std::vector<std::string>{"a cat", "a dog"}));
}

TEST_F(Dealt, NoiseIsKeyedByStepAndGlobalSample) {
  const auto dealt = units(2, {.first = 4, .count = 2}, 2);
  const at::Tensor& z_NBCHW = dealt[0].z_NBCHW;
  EXPECT_EQ(z_NBCHW.sizes(), at::IntArrayRef({3, 2, 4, 5, 6}));
  for (std::uint32_t b = 0; b < 2; ++b)
    EXPECT_TRUE(
        at::equal(z_NBCHW.select(1, b),
                  model::keyed_noise({.seed = kSeed, .step = 2, .sample = 4 + b}, 3, {4, 5, 6})))
        << "sample " << b;
}

TEST_F(Dealt, UnitsOfTwoAreTwoUnitsOfOne) {
  const auto pair = units(1, {.first = 0, .count = 2}, 2);
  const auto single = units(1, {.first = 0, .count = 2}, 1);
  ASSERT_EQ(single.size(), 2U);
  EXPECT_TRUE(at::equal(pair[0].text_BLD, at::cat({single[0].text_BLD, single[1].text_BLD})));
  EXPECT_TRUE(at::equal(pair[0].z_NBCHW, at::cat({single[0].z_NBCHW, single[1].z_NBCHW}, 1)));
}

TEST_F(Dealt, UnitsDoNotDependOnHowManyRanksShareThem) {
  const auto alone = units(3, share_of(0, 1, 4, 1), 1);
  for (int rank = 0; rank < 4; ++rank) {
    const auto mine = units(3, share_of(rank, 4, 4, 1), 1);
    ASSERT_EQ(mine.size(), 1U);
    const objective::Unit& same = alone[static_cast<std::size_t>(rank)];
    EXPECT_EQ(mine[0].prompt_ids, same.prompt_ids) << "rank " << rank;
    EXPECT_TRUE(at::equal(mine[0].z_NBCHW, same.z_NBCHW)) << "rank " << rank;
    EXPECT_TRUE(at::equal(mine[0].text_BLD, same.text_BLD)) << "rank " << rank;
  }
}

TEST_F(Dealt, RefusesAShareThatCutsAUnit) {
  EXPECT_THROW((void)units(1, {.first = 0, .count = 3}, 2), ContractViolation);
}

}  // namespace
}  // namespace rocm::launcher
