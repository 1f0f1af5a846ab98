// SPDX-License-Identifier: Apache-2.0
#include "dist/verdict.hpp"

#include <cstdint>
#include <new>
#include <stdexcept>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <gtest/gtest.h>

namespace rocm::dist {
namespace {

template <class Action>
Verdict verdict_on(Action action) {
  try {
    action();
  } catch (...) {
    return judge(std::current_exception());
  }
  return {};
}

TEST(Verdict, AFailureKeepsItsCodeAndText) {
  const Verdict verdict = verdict_on([] {
    fail(ExitCode::kStorage, {.where = "a.h5",
                              .problem = "cannot write",
                              .because = "the disk is full",
                              .advice = "free some space"});
  });
  EXPECT_EQ(verdict.code, ExitCode::kStorage);
  EXPECT_EQ(verdict.line, "a.h5: cannot write (the disk is full). free some space.");
}

TEST(Verdict, MemoryThatRanOutIsNotABug) {
  const Verdict verdict = verdict_on([] { throw std::bad_alloc(); });
  EXPECT_EQ(verdict.code, ExitCode::kOutOfMemory);
}

TEST(Verdict, LibTorchWithoutHostMemoryIsOutOfMemory) {
  const Verdict verdict = verdict_on([] {
    const auto more_than_any_machine_has = std::int64_t{1} << 55;
    static_cast<void>(at::empty({more_than_any_machine_has}, at::kByte));
  });
  EXPECT_EQ(verdict.code, ExitCode::kOutOfMemory);
  EXPECT_EQ(verdict.line.find('\n'), std::string::npos) << verdict.line;
}

TEST(Verdict, ABrokenPromiseIsABug) {
  const Verdict verdict = verdict_on([] { expects(false, "the sky to stay up"); });
  EXPECT_EQ(verdict.code, ExitCode::kBug);
  EXPECT_NE(verdict.line.find("the sky to stay up"), std::string::npos) << verdict.line;
}

TEST(Verdict, AnErrorOfLibTorchIsABugToldInOneLine) {
  const Verdict verdict = verdict_on([] {
    static_cast<void>(at::empty({2, 3}).matmul(at::empty({2, 3})));
  });
  EXPECT_EQ(verdict.code, ExitCode::kBug);
  EXPECT_EQ(verdict.line.find('\n'), std::string::npos) << verdict.line;
}

TEST(Verdict, AnythingElseThatIsThrownIsABug) {
  EXPECT_EQ(verdict_on([] { throw std::runtime_error("no"); }).code, ExitCode::kBug);
  EXPECT_EQ(verdict_on([] { throw 7; }).code, ExitCode::kBug);
}

}  // namespace
}  // namespace rocm::dist
