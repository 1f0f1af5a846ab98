// SPDX-License-Identifier: Apache-2.0
#include "launcher/config/toml_characters.hpp"

#include <gtest/gtest.h>

namespace rocm::launcher {
namespace {

TEST(StrayCharacter, IsFoundOutsideOfStringsAndComments) {
  EXPECT_EQ(stray_character_at("a = 1\nk\xEF\xB3\xBF = 2"), 7U);  // U+FCFF: toml++ stumbles
  EXPECT_EQ(stray_character_at("a = \"x\" \xC2\xA0"), 8U);
  EXPECT_EQ(stray_character_at("a = 'x\\' \xC2\xA0"), 9U);  // no escapes in single quotes
}

TEST(StrayCharacter, IsNoneInStringsCommentsAndAByteOrderMark) {
  EXPECT_EQ(stray_character_at("\xEF\xBB\xBF# \xC3\xA9\na = \"\xC3\xA9\\\"\xC3\xA9\""),
            std::nullopt);
  EXPECT_EQ(stray_character_at("a = \"\"\"\n\xC3\xA9 \"\" \xC3\xA9\"\"\"\nb = '''\n\xC3\xA9'''"),
            std::nullopt);
  EXPECT_EQ(stray_character_at(""), std::nullopt);
}

TEST(StrayCharacter, IsNotLookedForBehindAStringThatDoesNotEnd) {
  EXPECT_EQ(stray_character_at("a = \"x\n\xC3\xA9"), std::nullopt);
  EXPECT_EQ(stray_character_at("a = \"x\\"), std::nullopt);
}

}  // namespace
}  // namespace rocm::launcher
