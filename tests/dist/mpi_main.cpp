// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "dist/end_of_job.hpp"
#include "dist/mpi_session.hpp"

int main(int argc, char** argv) {
  // A rank that throws must end the job: GoogleTest's own catch would leave its peers waiting.
  GTEST_FLAG_SET(catch_exceptions, false);
  ::testing::InitGoogleTest(&argc, argv);
  const rocm::dist::MpiSession session;
  try {
    return RUN_ALL_TESTS();
  } catch (...) {
    return rocm::dist::end_job(std::current_exception());
  }
}
