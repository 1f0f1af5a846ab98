// SPDX-License-Identifier: Apache-2.0
#include "data/open_clip_text.hpp"

#include <string>

#include <gtest/gtest.h>

#include "data/ftfy_text.hpp"
#include "data/html_unescape.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

const HtmlEntities& entities() {
  static const HtmlEntities table =
      HtmlEntities::open(test::source_folder() / "data/tokenizers/html_entities.tsv");
  return table;
}

std::string cleaned(std::string_view text) {
  return clean_open_clip_text(text, entities());
}

TEST(UnescapedHtml, TakesTheLongestNameThatTheStandardHas) {
  EXPECT_EQ(unescape_html(U"&notin; &notit; &copyx", entities()), U"\u2209 \u00ACit; \u00A9x");
  EXPECT_EQ(unescape_html(U"&bne; &unknown; & &;", entities()), U"=\u20E5 &unknown; & &;");
}

TEST(UnescapedHtml, ReadsNumbersAsTheStandardSays) {
  EXPECT_EQ(unescape_html(U"&#65;&#x42&#X43;d", entities()), U"ABCd");
  EXPECT_EQ(unescape_html(U"&#146;&#x81;", entities()), U"\u2019\x81");
  EXPECT_EQ(unescape_html(U"&#0;&#xD800;&#1114112;", entities()), U"\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(unescape_html(U"a&#1;&#xFDD0;&#xFFFF;b &#; &#x;", entities()), U"ab &#; &#x;");
}

TEST(UnescapedWholeHtml, NeedsTheSemicolonAndKnowsNamesInCapitals) {
  EXPECT_EQ(unescape_whole_html(U"&amp &amp; &EACUTE; &SZLIG; &eACUTE;", entities()),
            U"&amp & \u00C9 SS &eACUTE;");
  EXPECT_EQ(unescape_whole_html(U"&notit; &#65 &#65; &#12x; &#59;", entities()),
            U"&notit; &#65 A &#12x; &#59;");
}

TEST(FixedText, KeepsReferencesFromTheFirstLineOfHtmlOn) {
  EXPECT_EQ(fix_text(U"&eacute;\n<b>&eacute;\n&eacute;", entities()),
            U"\u00E9\n<b>&eacute;\n&eacute;");
}

TEST(FixedText, IsFixedAgainUntilNothingChanges) {
  EXPECT_EQ(fix_text(U"&amp;amp;amp; &am\x01p; &#xFF0&#49;;", entities()), U"& & !");
}

TEST(FixedText, HasPlainQuotesLettersAndLineBreaks) {
  EXPECT_EQ(fix_text(U"\u201Cit\u2019s\u201D \uFB01\uFF21\u3000\u0149\x92", entities()),
            U"\"it's\" fiA 'n'");
  EXPECT_EQ(fix_text(U"a\r\nb\rc\u2028d\x85", entities()), U"a\nb\nc\nd\u2026");
}

TEST(FixedText, LosesControlsButNotWhatJoinsOrOrders) {
  EXPECT_EQ(fix_text(U"\uFEFFa\x01\u206A\x1B[1;31mb\u200D\u200F\t", entities()),
            U"ab\u200D\u200F\t");
}

TEST(CleanOpenClipText, IsUnescapedTwiceMoreAfterTheFix) {
  EXPECT_EQ(cleaned("< &amp;amp;amp;"), "< &amp;");
}

TEST(CleanOpenClipText, HasSingleSpacesAndNoneAtTheEnds) {
  EXPECT_EQ(cleaned(" a\t\u00A0\n b&nbsp;"), "a b");
}

TEST(CleanOpenClipText, EndsAWordWithAFinalSigma) {
  EXPECT_EQ(cleaned("\u039F\u0394\u039F\u03A3"), "\u03BF\u03B4\u03BF\u03C2");
  EXPECT_EQ(cleaned("\u0391\u03A3\u0391"), "\u03B1\u03C3\u03B1");
  EXPECT_EQ(cleaned("\u0391\u03A3'\u0391"), "\u03B1\u03C3'\u03B1");  // an apostrophe ends no word
  EXPECT_EQ(cleaned("\u03A3 1\u03A3"), "\u03C3 1\u03C3");            // nor is it one
  EXPECT_EQ(cleaned("\u24B6\u03A3."), "\u24D0\u03C2.");              // a circled letter begins one
}

TEST(CleanOpenClipText, LowersTheTurkishCapitalIToTwoCodePoints) {
  EXPECT_EQ(cleaned("\u0130I\u0131"), "i\u0307i\u0131");
}

}  // namespace
}  // namespace rocm::data
