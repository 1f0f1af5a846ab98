// SPDX-License-Identifier: Apache-2.0
#include "launcher/preemption.hpp"

#include <gtest/gtest.h>

namespace rocm::launcher {
namespace {

TEST(Preemption, IsNotRequestedAtFirst) {
  const Preemption preemption;
  EXPECT_FALSE(preemption.requested());
}

TEST(Preemption, IsRequestedByEachOfTheSignals) {
  for (const int signal : {SIGUSR1, SIGTERM, SIGINT}) {
    const Preemption preemption;
    std::raise(signal);
    EXPECT_TRUE(preemption.requested()) << signal;
  }
}

TEST(Preemption, SurvivesRepeatedWarnings) {
  const Preemption preemption;
  std::raise(SIGUSR1);
  std::raise(SIGTERM);
  std::raise(SIGTERM);
  EXPECT_TRUE(preemption.requested());
}

TEST(Preemption, ASecondInterruptEndsTheProcessAtOnce) {
  const auto interrupt_twice = [] {
    const Preemption preemption;
    std::raise(SIGINT);
    std::raise(SIGINT);
    std::_Exit(0);
  };
  EXPECT_EXIT(interrupt_twice(), ::testing::KilledBySignal(SIGINT), "");
}

TEST(Preemption, RestoresTheFormerHandlers) {
  const auto former = std::signal(SIGTERM, SIG_IGN);
  { const Preemption preemption; }
  EXPECT_EQ(std::signal(SIGTERM, former), SIG_IGN);
}

}  // namespace
}  // namespace rocm::launcher
