// SPDX-License-Identifier: Apache-2.0
#include "launcher/config_validation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "message_of.hpp"
#include "minimal_config.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::minimal_toml;
using rocm::test::usage_error_of;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// What validate() says after these --set.
std::string error_with(const std::vector<std::string>& assignments) {
  std::vector<Override> changes;
  for (const std::string& assignment : assignments)
    changes.push_back(override_from_set(assignment));
  const Config config = parse_config(minimal_toml(), "run.toml", changes);
  return usage_error_of([&] { validate(config); });
}

std::string world_error(std::int64_t batch_size, std::int64_t micro_batch, int world_size) {
  const DataConfig data{.prompts = "p", .batch_size = batch_size, .micro_batch = micro_batch};
  return usage_error_of([&] { validate_world_size(data, world_size); });
}

constexpr const char* kNoError = "nothing was thrown";

TEST(ConfigValidation, TheDefaultsAreFine) {
  EXPECT_EQ(error_with({}), kNoError);
}

TEST(ConfigValidation, ARunNameMustBeAFolderName) {
  EXPECT_THAT(error_with({"run.name=a/b"}), StartsWith("run.name: \"a/b\" cannot name a folder"));
  EXPECT_THAT(error_with({"run.name=.."}), HasSubstr("cannot name a folder"));
  EXPECT_THAT(error_with({"run.name="}), HasSubstr("cannot name a folder"));
}

TEST(ConfigValidation, EveryMethodIsFineAtItsDefaults) {
  for (const char* method : {"rocm", "rlcm", "ddpo", "dpok", "d3po", "alignprop", "draft", "refl"})
    EXPECT_EQ(error_with({std::string("objective.method=") + method}), kNoError) << method;
}

TEST(ConfigValidation, MethodsThatReinforceTakeNothingOfTheFirstOrder) {
  EXPECT_THAT(error_with({"objective.method=rlcm", "objective.divergence=kl"}),
              StartsWith("objective.divergence: rlcm does not regularise by kl"));
  for (const char* option : {"truncate=2", "truncate=random", "extra_draws=1", "late_steps=1"})
    EXPECT_THAT(error_with({"objective.method=ddpo", std::string("objective.") + option}),
                StartsWith("objective: ddpo takes no truncate"))
        << option;
}

TEST(ConfigValidation, OnlyTheLastStepIsDrawnAgain) {
  EXPECT_EQ(error_with({"objective.method=draft", "objective.extra_draws=2"}), kNoError);
  EXPECT_THAT(error_with({"objective.extra_draws=2"}), StartsWith("objective.extra_draws: only"));
}

TEST(ConfigValidation, ADivergenceNeedsMoreThanTheLastStep) {
  EXPECT_THAT(error_with({"objective.method=refl", "objective.divergence=kl"}),
              StartsWith("objective.divergence: kl does not go with late_steps"));
  EXPECT_THAT(
      error_with({"objective.method=draft", "objective.extra_draws=2", "objective.divergence=js"}),
      StartsWith("objective.divergence: js does not go with extra_draws"));
  EXPECT_EQ(error_with({"objective.method=alignprop", "objective.divergence=kl"}), kNoError);
}

TEST(ConfigValidation, LateStepsAreATruncationOfTheirOwn) {
  EXPECT_THAT(error_with({"objective.method=refl", "objective.truncate=2"}),
              StartsWith("objective.truncate: it does nothing beside objective.late_steps"));
}

TEST(ConfigValidation, ADivergenceGetsAWeight) {
  EXPECT_THAT(error_with({"objective.transition_weights=[0, 0]"}),
              StartsWith("objective.transition_weights: all are 0"));
  EXPECT_EQ(error_with({"objective.transition_weights=[0, 1]"}), kNoError);
  EXPECT_THAT(error_with({"objective.beta=auto", "objective.beta_probe=5", "run.iterations=5"}),
              StartsWith("objective.beta_probe: 5 steps leave none with a pull"));
  EXPECT_EQ(error_with({"objective.beta=auto", "objective.beta_probe=5", "run.iterations=6"}),
            kNoError);
}

TEST(ConfigValidation, PolicyGradientsRefuseWhatWouldDoNothing) {
  EXPECT_THAT(error_with({"objective.method=ddpo", "policy_gradient.include_last_step=true"}),
              StartsWith("policy_gradient.include_last_step: it does not belong to ddpo"));
  EXPECT_EQ(error_with({"objective.method=rlcm", "policy_gradient.include_last_step=true"}),
            kNoError);
  EXPECT_THAT(error_with({"objective.method=rlcm", "policy_gradient.statistics_buffer=8"}),
              StartsWith("policy_gradient.statistics_buffer: 8 rewards never reach"));
}

TEST(ConfigValidation, PairsStayInOneUnit) {
  EXPECT_THAT(error_with({"objective.method=d3po", "data.batch_size=4", "data.micro_batch=1"}),
              StartsWith("data.micro_batch: 1 cannot hold whole groups of 2"));
}

TEST(ConfigValidation, AutomaticBetaNeedsADivergenceAndNoSchedule) {
  EXPECT_EQ(error_with({"objective.beta=auto"}), kNoError);
  EXPECT_THAT(error_with({"objective.beta=auto", "objective.divergence=none"}),
              StartsWith("objective.beta: \"auto\" has nothing to weigh"));
  EXPECT_THAT(error_with({"objective.beta=auto", "objective.beta_schedule=linear"}),
              StartsWith("objective.beta_schedule: linear needs a number"));
}

TEST(ConfigValidation, TrainingNeedsATransition) {
  EXPECT_THAT(error_with({"model.steps=1"}), StartsWith("model.steps: one step cannot be trained"));
}

TEST(ConfigValidation, ARunsNameFitsAFileSystem) {
  EXPECT_EQ(error_with({"run.name=" + std::string(200, 'a')}), kNoError);
  EXPECT_THAT(error_with({"run.name=" + std::string(201, 'a')}), StartsWith("run.name: 201 bytes"));
}

TEST(ConfigValidation, ARewardOfAFirstOrderMethodNeedsAGradient) {
  EXPECT_EQ(
      error_with({"reward.1.name=jpeg_compressibility"}),
      "reward.1: jpeg_compressibility cannot be a reward of objective.method \"rocm\" (it has "
      "no gradient, and the method follows the gradient of the reward). use it in "
      "[[evaluation.score]], or a policy-gradient method: rlcm, ddpo, dpok or d3po.");
  for (const char* method : {"rocm", "alignprop", "draft", "refl"})
    for (const char* name : {"shapes", "jpeg_compressibility", "jpeg_incompressibility"})
      EXPECT_THAT(error_with({std::string("reward.1.name=") + name,
                              std::string("objective.method=") + method}),
                  HasSubstr("cannot be a reward"))
          << method << ", " << name;
}

TEST(ConfigValidation, ARewardOfAPolicyGradientMethodNeedsNone) {
  for (const char* method : {"rlcm", "ddpo", "dpok", "d3po"})
    EXPECT_EQ(error_with({"reward.1.name=shapes", std::string("objective.method=") + method}),
              kNoError)
        << method;
}

TEST(ConfigValidation, ARewardIsGivenOnce) {
  EXPECT_THAT(error_with({"reward.1.name=pickscore", "reward.1.path=x"}),
              StartsWith("reward.1: pickscore is given twice"));
}

TEST(ConfigValidation, AScoreHasAPathUnlessItIsARule) {
  EXPECT_EQ(error_with({"evaluation.score.0.name=shapes"}), kNoError);
  EXPECT_THAT(error_with({"evaluation.score.0.name=pickscore"}),
              StartsWith("evaluation.score.0: pickscore has no path"));
  EXPECT_THAT(error_with({"evaluation.score.0.name=shapes", "evaluation.score.0.path=x"}),
              HasSubstr("shapes takes no path"));
}

TEST(ConfigValidation, ANameHasOneScoreAmongRewardsAndScores) {
  EXPECT_THAT(error_with({"evaluation.score.0.name=pickscore", "evaluation.score.0.path=other"}),
              StartsWith("evaluation.score.0: pickscore is given with two paths"));
  EXPECT_EQ(error_with({"reward.0.path=same", "evaluation.score.0.name=pickscore",
                        "evaluation.score.0.path=same"}),
            kNoError);
}

TEST(ConfigValidation, TruncationCannotExceedTheSteps) {
  EXPECT_EQ(error_with({"objective.truncate=8"}), kNoError);
  EXPECT_THAT(
      error_with({"objective.truncate=9"}),
      StartsWith("objective.truncate: 9 steps are too many (model.steps is 8). use at most 8."));
  EXPECT_THAT(error_with({"model.checkpoint=9"}), StartsWith("model.checkpoint: 9 steps"));
}

TEST(ConfigValidation, AMicroBatchMustDivideTheBatchAndTheDivisorsAreNamed) {
  EXPECT_THAT(error_with({"data.micro_batch=3"}),
              StartsWith("data.micro_batch: 3 does not divide data.batch_size = 8 (every forward "
                         "pass has the same shape). use one of 1, 2, 4, 8."));
}

TEST(ConfigValidation, UnitsMustDivideAmongRanksAndTheSizesThatWorkAreNamed) {
  EXPECT_EQ(world_error(8, 2, 4), kNoError);
  EXPECT_THAT(world_error(8, 2, 3),
              StartsWith("data.batch_size: 4 units of 2 cannot be dealt evenly to 3 ranks (every "
                         "rank takes the same share of a batch). start 1, 2, 4 ranks, or use "
                         "data.batch_size = 6 or 12."));
  EXPECT_THAT(world_error(2, 1, 4), HasSubstr("data.batch_size = 4."));
}

TEST(ConfigValidation, NcclNeedsAGpu) {
  EXPECT_THAT(error_with({"dist.backend=nccl", "model.device=cpu"}),
              StartsWith("dist.backend: nccl cannot sum what is on a CPU"));
}

TEST(ConfigValidation, AdapterTargetsAreNamedOnce) {
  EXPECT_THAT(error_with({"lora.targets=[]"}), StartsWith("lora.targets: [] is no list of layers"));
  EXPECT_THAT(error_with({"lora.targets=['to_q', 'to_q']"}), HasSubstr("each once"));
}

TEST(ConfigValidation, RecordFieldsAreNamedOnce) {
  EXPECT_THAT(error_with({"records.fields=['mean', 'mean']"}), HasSubstr("a field is named twice"));
}

TEST(ConfigValidation, NothingCannotBeMeasured) {
  EXPECT_THAT(error_with({"objective.measure=none", "objective.measure_every=5"}),
              StartsWith("objective.measure: none cannot be measured"));
}

}  // namespace
}  // namespace rocm::launcher
