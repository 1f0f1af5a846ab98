// SPDX-License-Identifier: Apache-2.0
#include "launcher/course.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "launcher/config_text.hpp"
#include "message_of.hpp"
#include "minimal_config.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::launcher {
namespace {

using rocm::test::minimal_toml;
using rocm::test::ScratchFolder;
using rocm::test::usage_error_of;
using ::testing::HasSubstr;

Config with(const std::vector<std::string>& assignments) {
  std::vector<Override> changes;
  for (const std::string& assignment : assignments)
    changes.push_back(override_from_set(assignment));
  return parse_config(minimal_toml(), "run.toml", changes);
}

/// Whether a change would be another course for a run with these settings.
bool departs(const std::vector<std::string>& settings, const std::string& change) {
  auto changed = settings;
  changed.push_back(change);
  return course_of(with(settings)) != course_of(with(changed));
}

TEST(Course, IsWhatDecidesTheNumbers) {
  for (const char* change : {"run.seed=5", "objective.beta=0.7", "optimizer.learning_rate=0.5",
                             "data.batch_size=16", "lora.rank=2", "model.steps=4"})
    EXPECT_TRUE(departs({}, change)) << change;
}

TEST(Course, IsNotHowARunIsWatchedSpreadOrStored) {
  for (const char* change :
       {"run.name=other", "run.output=elsewhere", "run.profile_every=3", "model.checkpoint=none",
        "dist.check_every=7", "records.every=9", "checkpoint.keep=4", "evaluation.every=3"})
    EXPECT_FALSE(departs({}, change)) << change;
}

TEST(Course, IsLongerOrShorterUnlessAScheduleSpansTheRun) {
  EXPECT_FALSE(departs({}, "run.iterations=77"));
  EXPECT_TRUE(departs({"optimizer.schedule=cosine"}, "run.iterations=77"));
  EXPECT_TRUE(departs({"objective.beta_schedule=linear"}, "run.iterations=77"));
}

TEST(Course, OfAFinishedRunIsInItsResolvedToml) {
  const ScratchFolder folder;
  folder.write("run/resolved.toml", resolved_toml(with({})));
  const data::RunFolder finished(folder / "run");
  require_same_course(finished, with({"run.iterations=77"}));
  EXPECT_THAT(
      usage_error_of([&] { require_same_course(finished, with({"optimizer.learning_rate=0.5"})); }),
      HasSubstr("resolved.toml: this run began with other settings: optimizer.learning_rate was"));
}

}  // namespace
}  // namespace rocm::launcher
