// SPDX-License-Identifier: Apache-2.0
#include "data/target_suffixes.hpp"

#include <string>
#include <vector>

#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

namespace rocm::data {
namespace {

using Names = std::vector<std::string>;

const Names kLayers = {"conv_in",
                       "down_blocks.0.attn1.to_q",
                       "down_blocks.0.attn2.to_q",
                       "down_blocks.0.attn1.to_out.0",
                       "down_blocks.0.ff.net.0.proj",
                       "down_blocks.0.ff.net.2",
                       "down_blocks.0.downsamplers.0.conv",
                       "up_blocks.0.upsamplers.0.conv"};

Names suffixes_of(const Names& adapted) {
  LowRankModules modules;
  for (const std::string& module : adapted) modules[module] = {at::ones({1, 1}), at::ones({1, 1})};
  return target_suffixes(modules, kLayers);
}

TEST(TargetSuffixes, AreTheShortestEndsThatFitAllLayersOfAKind) {
  EXPECT_EQ(suffixes_of({"down_blocks.0.attn1.to_q", "down_blocks.0.attn2.to_q"}), Names{"to_q"});
}

TEST(TargetSuffixes, FitNoLayerThatIsNotAdapted) {
  EXPECT_EQ(suffixes_of({"down_blocks.0.attn1.to_q"}), Names{"attn1.to_q"});
  EXPECT_EQ(suffixes_of({"up_blocks.0.upsamplers.0.conv"}), Names{"upsamplers.0.conv"});
}

TEST(TargetSuffixes, NeverBeginWithANumber) {
  EXPECT_EQ(suffixes_of({"down_blocks.0.attn1.to_out.0", "down_blocks.0.ff.net.2"}),
            (Names{"net.2", "to_out.0"}));
}

TEST(TargetSuffixes, OfLayersOutsideEveryBlockAreTheirNames) {
  EXPECT_EQ(suffixes_of({"conv_in"}), Names{"conv_in"});
}

}  // namespace
}  // namespace rocm::data
