// SPDX-License-Identifier: Apache-2.0
#include "launcher/spelling.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace rocm::launcher {
namespace {

TEST(EditDistance, CountsInsertionsDeletionsSubstitutionsAndSwaps) {
  EXPECT_EQ(edit_distance("beta", "beta"), 0U);
  EXPECT_EQ(edit_distance("beta", "betta"), 1U);
  EXPECT_EQ(edit_distance("beta", "bta"), 1U);
  EXPECT_EQ(edit_distance("beta", "bets"), 1U);
  EXPECT_EQ(edit_distance("beta", "beat"), 1U);
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(Nearest, IsTheFirstOfTheClosest) {
  const std::vector<std::string> words = {"train", "trail", "sample"};
  EXPECT_EQ(nearest("traim", words), "train");
}

TEST(Nearest, IsNothingWhenNothingIsClose) {
  const std::vector<std::string> words = {"train", "sample"};
  EXPECT_EQ(nearest("xyz", words), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'a'), words), std::nullopt);
}

}  // namespace
}  // namespace rocm::launcher
