// SPDX-License-Identifier: Apache-2.0
#include "data/bert_tokenizer.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/json_file.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kLength = 35;

const BertTokenizer& published_tokenizer() {
  static const BertTokenizer tokenizer =
      BertTokenizer::open(test::source_folder() / "data/tokenizers/bert");
  return tokenizer;
}

TEST(BertTokenizer, GivesTheReferencesIdsForEveryGoldenText) {
  const auto cases = read_json(test::golden_folder() / "bert_tokenizer_cases.json");
  ASSERT_EQ(cases.size(), 27U);
  for (const auto& row : cases) {
    const auto encoding = published_tokenizer().encode(row["text"].get<std::string>(), kLength);
    EXPECT_EQ(encoding.ids, row["ids"].get<Ids>()) << row["text"];
    EXPECT_EQ(encoding.mask, row["mask"].get<Ids>()) << row["text"];
  }
}

// A mark of Unicode 9 stays and makes the word unknown; one of Unicode 1 goes.
TEST(BertTokenizer, KnowsTheMarksOfUnicode8Alone) {
  EXPECT_EQ(published_tokenizer().encode("cat\u08D4 cat\u0301", 4).ids, (Ids{101, 100, 4937, 102}));
}

TEST(BertTokenizer, HasTheIdsOfThePublishedVocabulary) {
  EXPECT_EQ(published_tokenizer().vocabulary_size(), 30522);
}

TEST(BertTokenizer, CutsAddedTokensOutOfTheText) {
  const BertTokenizer& plain = published_tokenizer();
  const BertTokenizer blip = plain.with_added({"[DEC]", "[ENC]"});
  EXPECT_EQ(blip.vocabulary_size(), plain.vocabulary_size() + 2);
  EXPECT_EQ(blip.encode("[ENC]", 3).ids[1], plain.vocabulary_size() + 1);
  EXPECT_NE(plain.encode("[ENC]", 3).ids[1], plain.vocabulary_size() + 1);
}

TEST(BertTokenizer, ReadsTokenizerJsonAlone) {
  const test::ScratchFolder folder;
  folder.write("tokenizer.json", R"({"model": {"type": "WordPiece", "vocab":
      {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "play": 4, "##ing": 5}}})");
  const BertTokenizer tokenizer = BertTokenizer::open(folder.path());
  EXPECT_EQ(tokenizer.encode("Playing chess", 6).ids, (Ids{2, 4, 5, 1, 3, 0}));
}

TEST(BertTokenizer, RefusesAVocabularyWithoutItsTokens) {
  const test::ScratchFolder folder;
  folder.write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\nplay\n");
  const auto message =
      test::failure_of(ExitCode::kInput, [&] { (void)BertTokenizer::open(folder.path()); });
  EXPECT_NE(message.find("the vocabulary lacks [SEP]"), std::string::npos) << message;
}

TEST(BertTokenizer, RefusesTextThatIsNotUtf8) {
  const auto message = test::failure_of(
      ExitCode::kInput, [] { (void)published_tokenizer().encode("a\xff", kLength); });
  EXPECT_NE(message.find("is not UTF-8 at byte 1"), std::string::npos) << message;
}

}  // namespace
}  // namespace rocm::data
