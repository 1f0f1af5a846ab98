// SPDX-License-Identifier: Apache-2.0
#include "data/clip_words.hpp"

#include <gtest/gtest.h>

namespace rocm::data {
namespace {

using Words = std::vector<std::string_view>;

TEST(ClipWords, AreRunsOfLettersSingleNumbersAndRunsOfTheRest) {
  EXPECT_EQ(split_clip_words("8k, 2023!!"), (Words{"8", "k", ",", "2", "0", "2", "3", "!!"}));
}

TEST(ClipWords, BeginAContractionOnlyAtTheirStart) {
  EXPECT_EQ(split_clip_words("it's we'll"), (Words{"it", "'s", "we", "'ll"}));
  EXPECT_EQ(split_clip_words("!'s"), (Words{"!'", "s"}));
  EXPECT_EQ(split_clip_words("'tis"), (Words{"'t", "is"}));
}

TEST(ClipWords, BeginWithAGivenLiteralWhereNoRunCoversIt) {
  constexpr std::array<std::string_view, 2> kLiterals{"<\u017F>", "'s"};
  EXPECT_EQ(split_clip_words("a<\u017F>b!<\u017F>'t", kLiterals),
            (Words{"a", "<\u017F>", "b", "!<", "\u017F", ">'", "t"}));
}

TEST(ClipWords, LeaveCombiningMarksToTheRest) {
  EXPECT_EQ(split_clip_words("x\xCC\xB8y"), (Words{"x", "\xCC\xB8", "y"}));
}

TEST(NormalisedClipText, HasOneSpaceForEveryRunOfWhiteSpace) {
  EXPECT_EQ(normalise_clip_text("  A\t\xC2\xA0\nB "), " a b ");
}

}  // namespace
}  // namespace rocm::data
