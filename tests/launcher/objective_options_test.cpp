// SPDX-License-Identifier: Apache-2.0
#include "launcher/objective_options.hpp"

#include <gtest/gtest.h>

#include "tests/launcher/minimal_config.hpp"

namespace rocm::launcher {
namespace {

constexpr std::size_t kSteps = 8;

objective::RocmOptions options_of(const std::string& toml) {
  return objective_options(rocm::test::minimal_config(toml), kSteps);
}

TEST(ObjectiveOptions, SayWhatTheConfigurationSays) {
  const auto options = options_of(
      "[objective]\ndivergence = \"js\"\nreduction = \"sum\"\n"
      "reference_gradient = \"full\"\n");
  EXPECT_EQ(options.divergence, objective::DivergenceKind::kJensenShannon);
  EXPECT_EQ(options.reduction, model::DistanceReduction::kSum);
  EXPECT_EQ(options.reference, model::ReferenceUse::kFull);
}

TEST(ObjectiveOptions, DetachTheReferenceByDefault) {
  EXPECT_EQ(options_of("").reference, model::ReferenceUse::kDetached);
}

TEST(ObjectiveOptions, LetGradientsFlowThroughTheLastKCalls) {
  EXPECT_EQ(options_of("").truncate, kSteps);
  EXPECT_EQ(options_of("[objective]\ntruncate = 3\n").truncate, 3U);
  EXPECT_EQ(options_of("[objective]\ntruncate = 20\n").truncate, kSteps);
}

/// minimal_config writes [model] itself, so its keys are set after parsing.
std::size_t kept(const NumberOr<std::int64_t, CheckpointRule>& checkpoint) {
  Config config = rocm::test::minimal_config();
  config.model.checkpoint = checkpoint;
  return objective_options(config, kSteps).kept_steps;
}

TEST(ObjectiveOptions, KeepTheStepGraphsThatCheckpointingSpares) {
  EXPECT_EQ(kept(CheckpointRule::kEveryStep), 0U);
  EXPECT_EQ(kept(CheckpointRule::kNone), kSteps);
  EXPECT_EQ(kept(std::int64_t{3}), 3U);
  EXPECT_EQ(kept(std::int64_t{20}), kSteps);
}

TEST(ObjectiveOptions, TellThePhaseMeterOnlyWhenStepsAreProfiled) {
  PhaseMeter phases;
  EXPECT_FALSE(phase_listener(rocm::test::minimal_config(""), phases));
  const auto tell =
      phase_listener(rocm::test::minimal_config("[run]\nprofile_every = 1\n"), phases);
  tell(objective::Phase::kDecoder);
  const auto costs = phases.take();
  ASSERT_EQ(costs.size(), 2U);
  EXPECT_EQ(costs[0].name, "start");
  EXPECT_EQ(costs[1].name, "decoder");
}

TEST(ObjectiveOptions, TakeBetaAsANumberOrFindIt) {
  EXPECT_EQ(beta_options(rocm::test::minimal_config("[objective]\nbeta = 2.5\n")).beta, 2.5);
  EXPECT_FALSE(beta_options(rocm::test::minimal_config("[objective]\nbeta = \"auto\"\n")).beta);
}

TEST(ObjectiveOptions, MeasureOnlyWhatIsNotUsed) {
  const std::string measured = "[objective]\nmeasure_every = 4\ndivergence = ";
  EXPECT_EQ(first_order_options(rocm::test::minimal_config(measured + "\"none\"\n")).measure_every,
            4);
  EXPECT_EQ(first_order_options(rocm::test::minimal_config(measured + "\"kl\"\n")).measure_every,
            0);
}

}  // namespace
}  // namespace rocm::launcher
