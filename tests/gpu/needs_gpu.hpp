// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/Context.h>
#include <gtest/gtest.h>

namespace rocm::test {

/// A test that is skipped without a GPU. On one, float32 is float32: no TF32, whose 10 bits of
/// mantissa are good for 1e-3.
class NeedsGpu : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!at::hasCUDA()) GTEST_SKIP() << "there is no GPU here";
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setAllowTF32CuBLAS(false);
  }
};

}  // namespace rocm::test
