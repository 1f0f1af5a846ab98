// SPDX-License-Identifier: Apache-2.0
#include "data/printable.hpp"

#include <string>

#include <gtest/gtest.h>

namespace rocm::data {
namespace {

TEST(Printable, LeavesOrdinaryTextInAnyScriptAlone) {
  EXPECT_EQ(printable("unet.conv_in.weight"), "unet.conv_in.weight");
  EXPECT_EQ(printable("\xc3\xa9 \xe7\x8c\xab"), "\xc3\xa9 \xe7\x8c\xab");
}

TEST(Printable, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(printable("a\nb\tc\rd"), "a\\nb\\tc\\rd");
  EXPECT_EQ(printable(std::string("a\0b\x7f", 4)), "a\\x00b\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\u{9b}") << "the eight-bit spelling of ESC [";
}

TEST(Printable, EscapesWhatWouldReorderOrHideText) {
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "gpj.exe"),
            "\\u{202e}gpj.exe");
  EXPECT_EQ(printable("a\xe2\x80\x8b"
                      "b\xe2\x80\xa8"
                      "c"),
            "a\\u{200b}b\\u{2028}c");
}

TEST(Printable, EscapesBytesThatAreNotUtf8) {
  EXPECT_EQ(printable("a\xff\xc3"), "a\\xff\\xc3");
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf") << "an overlong slash";
}

TEST(Printable, DoublesBackslashesSoThatNothingCanImitateAnEscape) {
  EXPECT_EQ(printable("\\x1b"), "\\\\x1b");
}

TEST(Printable, CutsLongTextAfterAWholeCharacterAndNamesItsLength) {
  EXPECT_EQ(printable(std::string(20, 'a'), 4), "aaaa... (20 bytes)");
  EXPECT_EQ(printable("aaa\xc3\xa9", 4), "aaa... (5 bytes)");
}

TEST(Printable, NeverCutsAPath) {
  const std::string name(500, 'p');
  EXPECT_EQ(printable_path(name), name);
}

}  // namespace
}  // namespace rocm::data
