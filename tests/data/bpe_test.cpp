// SPDX-License-Identifier: Apache-2.0
#include "data/bpe.hpp"

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

using Ids = std::vector<std::int64_t>;

const Vocabulary kVocabulary{{"a", 0},      {"b", 1},       {"a</w>", 2},   {"b</w>", 3},
                             {"aa", 4},     {"ab</w>", 5},  {"aab</w>", 6}, {"?", 7},
                             {"aa</w>", 8}, {"\xC4\xA0", 9}};

Ids encoded(const std::vector<Merge>& merges, std::string_view word) {
  Ids ids;
  BytePairEncoder(kVocabulary, merges, 7, "merges").append(word, ids);
  return ids;
}

TEST(BytePairEncoder, MarksTheLastByteOfAWord) {
  EXPECT_EQ(encoded({}, "aba"), (Ids{0, 1, 2}));
}

TEST(BytePairEncoder, JoinsTheEarliestMergeFirst) {
  EXPECT_EQ(encoded({{"a", "a"}, {"a", "b</w>"}}, "aab"), (Ids{4, 3}));
  EXPECT_EQ(encoded({{"a", "b</w>"}, {"a", "a"}}, "aab"), (Ids{0, 5}));
}

TEST(BytePairEncoder, JoinsWhatItHasJoined) {
  EXPECT_EQ(encoded({{"a", "a"}, {"aa", "b</w>"}}, "aab"), Ids{6});
}

TEST(BytePairEncoder, JoinsTheLeftmostOfEqualPairs) {
  EXPECT_EQ(encoded({{"a", "a"}}, "aaab"), (Ids{4, 0, 3}));
}

TEST(BytePairEncoder, GivesUnknownBytesTheUnknownId) {
  EXPECT_EQ(encoded({}, "az"), (Ids{0, 7}));
}

TEST(BytePairEncoder, WritesTheSpaceByteAsItsOwnCharacter) {
  EXPECT_EQ(encoded({}, " a"), (Ids{9, 2}));  // U+0120
}

TEST(BytePairEncoder, MakesNothingOfNoWord) {
  EXPECT_EQ(encoded({{"a", "a"}}, ""), Ids{});
}

}  // namespace
}  // namespace rocm::data
