// SPDX-License-Identifier: Apache-2.0
#include "launcher/step_judge.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dist/agreement.hpp"

namespace rocm::launcher {
namespace {

using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

StepReport step(std::int64_t k, bool skipped, double pull_left = 1.0) {
  StepReport report{.step = k, .beta = 1.0, .skipped = skipped};
  report.batch.pull_left = pull_left;
  return report;
}

TEST(StepJudge, EndsARunThatLearnsNothingTenTimesInARow) {
  StepJudge judge(100, /*speaks=*/false);
  for (std::int64_t k = 1; k < 10; ++k) judge.judge(step(k, true));
  judge.judge(step(10, false));
  for (std::int64_t k = 11; k < 20; ++k) judge.judge(step(k, true));
  EXPECT_THROW(judge.judge(step(20, true)), dist::SharedFailure);
}

TEST(StepJudge, EndsAShortRunThatNeverLearned) {
  StepJudge judge(3, false);
  judge.judge(step(1, true));
  judge.judge(step(2, true));
  EXPECT_THROW(judge.judge(step(3, true)), dist::SharedFailure);
}

TEST(StepJudge, WarnsOnceOfADivergenceThatHasStoppedWorking) {
  StepJudge judge(100, true);
  CaptureStderr();
  judge.judge(step(1, false, 0.2));
  EXPECT_EQ(GetCapturedStderr(), "");
  CaptureStderr();
  judge.judge(step(2, false, 0.03));
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("the divergence has stopped working: 3.0 %"));
  CaptureStderr();
  judge.judge(step(3, false, 0.01));
  EXPECT_EQ(GetCapturedStderr(), "");
}

TEST(StepJudge, SaysNothingOfADivergenceThatIsOnlyMeasured) {
  StepJudge judge(100, true);
  StepReport measured = step(1, false, 0.01);
  measured.beta = 0.0;
  CaptureStderr();
  judge.judge(measured);
  EXPECT_EQ(GetCapturedStderr(), "");
}

TEST(StepJudge, TellsAStepThatLearnedNothingFromOneWhoseLaterPassDidNot) {
  StepJudge judge(100, true);
  StepReport broken = step(1, true);
  broken.grad_norm = std::numeric_limits<double>::quiet_NaN();
  CaptureStderr();
  judge.judge(broken);
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("not finite; no parameter was changed"));
  broken.skipped = false;
  CaptureStderr();
  judge.judge(broken);
  EXPECT_THAT(GetCapturedStderr(), HasSubstr("not finite; its other passes changed parameters"));
}

TEST(StepJudge, SaysNothingOfADivergenceThatWasNotMeasured) {
  StepJudge judge(100, true);
  CaptureStderr();
  judge.judge(step(1, false, std::numeric_limits<double>::quiet_NaN()));
  EXPECT_EQ(GetCapturedStderr(), "");
}

}  // namespace
}  // namespace rocm::launcher
