// SPDX-License-Identifier: Apache-2.0
#include "data/unicode.hpp"

#include <gtest/gtest.h>

namespace rocm::data {
namespace {

TEST(Unicode, FindsTheFirstByteThatIsNotUtf8) {
  EXPECT_EQ(invalid_utf8_at("caf\xC3\xA9"), std::nullopt);
  EXPECT_EQ(invalid_utf8_at("ab\xFF"), 2U);
  EXPECT_EQ(invalid_utf8_at("ab\xC3"), 2U);
}

TEST(Unicode, RefusesOverlongFormsSurrogatesAndNumbersBeyondTheLast) {
  EXPECT_EQ(invalid_utf8_at("\xC0\xAF"), 0U);
  EXPECT_EQ(invalid_utf8_at("\xED\xA0\x80"), 0U);
  EXPECT_EQ(invalid_utf8_at("\xF4\x90\x80\x80"), 0U);
}

TEST(Unicode, EncodesWhatItDecodes) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\xB1";  // one, two, three, four bytes
  std::string encoded;
  for (const char32_t code_point : decode_utf8(text)) append_utf8(encoded, code_point);
  EXPECT_EQ(decode_utf8(text), U"a\u00E9\u20AC\U0001F431");
  EXPECT_EQ(encoded, text);
}

TEST(Unicode, ComposesALetterAndItsAccent) {
  EXPECT_EQ(to_nfc("cafe\xCC\x81"), "caf\xC3\xA9");
}

TEST(Unicode, DecomposesCompatibilityCharactersOnlyInFormKc) {
  EXPECT_EQ(to_nfkc("\uFF76\uFF9E"), "\u30AC");  // half-width ka and its mark: ga
  EXPECT_EQ(to_nfc("\uFF76\uFF9E"), "\uFF76\uFF9E");
}

TEST(Unicode, LowersEachCodePointByItself) {
  EXPECT_EQ(to_lower("\xCE\x91\xCE\xA3"), "\xCE\xB1\xCF\x83");  // the final sigma stays medial
  EXPECT_EQ(to_lower("\xC4\xB0"), "i\xCC\x87");                 // I with dot: i and the dot
}

TEST(Unicode, CountsMarksNeitherAsLettersNorAsNumbers) {
  EXPECT_FALSE(is_letter(0x301));
  EXPECT_FALSE(is_number(0x301));
  EXPECT_TRUE(is_letter(0x65E5));
  EXPECT_TRUE(is_number(0xBD));  // one half
}

TEST(Unicode, TellsCasedFromCaseIgnorable) {
  for (const char32_t cased : {U'a', U'\u01C5', U'\u00AA', U'\u2160', U'\u24D0'})
    EXPECT_TRUE(is_cased(cased) && !is_case_ignorable(cased)) << static_cast<std::uint32_t>(cased);
  for (const char32_t ignorable : {U'\'', U'.', U'\u0301', U'\u00AD', U'\u02B0', U'\u00B4'})
    EXPECT_TRUE(is_case_ignorable(ignorable)) << static_cast<std::uint32_t>(ignorable);
  for (const char32_t other : {U'1', U' ', U'-', U'\u65E5'})
    EXPECT_FALSE(is_cased(other) || is_case_ignorable(other)) << static_cast<std::uint32_t>(other);
}

TEST(Unicode, CountsUnassignedCodePointsNotAsControls) {
  EXPECT_TRUE(is_control(0x200B));
  EXPECT_FALSE(is_control(0x378));
}

TEST(Unicode, KnowsWhiteSpaceFromInvisibleCharacters) {
  for (const char32_t space : {0x9, 0xD, 0x20, 0x85, 0xA0, 0x1680, 0x2009, 0x2028, 0x3000}) {
    EXPECT_TRUE(is_white_space(space)) << std::hex << static_cast<std::uint32_t>(space);
  }
  for (const char32_t other : {0x8, 0xE, 0x1F, 0x180E, 0x200B, 0xFEFF}) {
    EXPECT_FALSE(is_white_space(other)) << std::hex << static_cast<std::uint32_t>(other);
  }
}

}  // namespace
}  // namespace rocm::data
