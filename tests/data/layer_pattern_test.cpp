// SPDX-License-Identifier: Apache-2.0
#include "data/layer_pattern.hpp"

#include <string>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::data {
namespace {

using rocm::test::failure_of;

bool fits(const std::string& key, const std::string& module) {
  return LayerPattern(key, "f").fits(module);
}

TEST(LayerPattern, FitsTheEndOfAPathFromADotOn) {
  EXPECT_TRUE(fits("to_q", "to_q"));
  EXPECT_TRUE(fits("to_q", "mid.attn1.to_q"));
  EXPECT_FALSE(fits("to_q", "mid.attn1.not_to_q"));
  EXPECT_FALSE(fits("to_q", "mid.to_q.x"));
  EXPECT_TRUE(fits("attn1.to_q", "mid.attn1.to_q"));
}

TEST(LayerPattern, IsARegularExpression) {
  EXPECT_TRUE(fits("attn1.to_q", "mid.attn1xto_q")) << "a dot is any character";
  EXPECT_TRUE(fits("attn\\d+\\.to_[qkv]", "a.attn12.to_v"));
  EXPECT_TRUE(fits("to_q|to_k", "a.to_k")) << "alternatives are taken together";
  EXPECT_FALSE(fits("to_q|to_k", "a.to_v"));
  EXPECT_TRUE(fits("down_blocks\\..*\\.to_q$", "down_blocks.0.attn1.to_q"));
}

TEST(LayerPattern, WithACaretFitsTheWholePath) {
  EXPECT_TRUE(fits("^conv_in", "conv_in"));
  EXPECT_FALSE(fits("^conv_in", "a.conv_in"));
}

TEST(LayerPattern, TakesNoExponentialTime) {
  EXPECT_FALSE(fits("((a+)+)+", std::string(60, 'a') + "b"));
}

TEST(LayerPattern, RefusesWhatIsNoExpressionAndWhatIsEndless) {
  for (const std::string& key :
       {std::string("to_(q"), std::string("[a-"), std::string(""), std::string("(a)\\1"),
        std::string(2000, 'a'), std::string("((a{1,100}){1,100}){1,100}")}) {
    const auto message = failure_of(ExitCode::kInput, [&] { (void)fits(key, "a"); });
    EXPECT_TRUE(message.starts_with("f: cannot use the pattern \"")) << message;
  }
}

}  // namespace
}  // namespace rocm::data
