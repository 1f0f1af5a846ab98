// SPDX-License-Identifier: Apache-2.0
#include "data/open_clip_tokenizer.hpp"

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

constexpr std::int64_t kBegin = 49406;
constexpr std::int64_t kEnd = 49407;

OpenClipTokenizer tokenizer_with(const std::filesystem::path& entities) {
  return OpenClipTokenizer::open(test::source_folder() / "data/tokenizers/clip", entities);
}

const OpenClipTokenizer& published_tokenizer() {
  static const OpenClipTokenizer tokenizer =
      tokenizer_with(test::source_folder() / "data/tokenizers/html_entities.tsv");
  return tokenizer;
}

TEST(OpenClipTokenizer, GivesTheReferencesIdsForEveryGoldenText) {
  const auto golden = read_json(test::golden_folder() / "open_clip_cases.json");
  const auto length = golden["length"].get<std::int64_t>();
  ASSERT_GE(golden["cases"].size(), 300U);
  for (const auto& row : golden["cases"]) {
    auto expected = row["ids"].get<Ids>();
    expected.resize(static_cast<std::size_t>(length), 0);
    EXPECT_EQ(published_tokenizer().encode(row["text"].get<std::string>(), length), expected)
        << row["text"];
  }
}

TEST(OpenClipTokenizer, PadsWithZerosAndEndsWhatItCuts) {
  EXPECT_EQ(published_tokenizer().encode("a photo of a cat", 9),
            (Ids{kBegin, 320, 1125, 539, 320, 2368, kEnd, 0, 0}));
  EXPECT_EQ(published_tokenizer().encode("a photo of a cat", 4), (Ids{kBegin, 320, 1125, kEnd}));
  EXPECT_EQ(published_tokenizer().encode("", 2), (Ids{kBegin, kEnd}));
}

TEST(OpenClipTokenizer, TakesOnlyItsOwnNamesOfTheSpecialTokens) {
  EXPECT_EQ(published_tokenizer().encode("<Start_of_Text> <end_of_text>", 4),
            (Ids{kBegin, kBegin, kEnd, kEnd}));
  EXPECT_NE(published_tokenizer().encode("<|endoftext|>", 8)[2], kEnd);
}

TEST(OpenClipTokenizer, HasTheIdsOfThePublishedVocabulary) {
  EXPECT_EQ(published_tokenizer().vocabulary_size(), 49408);
}

TEST(OpenClipTokenizer, DoesNotRepairMojibake) {
  EXPECT_NE(published_tokenizer().encode("caf\u00C3\u00A9", 9),
            published_tokenizer().encode("caf\u00E9", 9));
}

TEST(OpenClipTokenizer, RefusesTextThatIsNotUtf8) {
  const auto message =
      test::failure_of(ExitCode::kInput, [] { (void)published_tokenizer().encode("a\xff", 77); });
  EXPECT_NE(message.find("is not UTF-8 at byte 1"), std::string::npos) << message;
}

TEST(OpenClipTokenizer, RefusesATableOfEntitiesWithItsLine) {
  const test::ScratchFolder folder;
  const auto table = folder.write("entities.tsv", "amp;\t0026\nbroken;\tx\n");
  const auto message = test::failure_of(ExitCode::kInput, [&] { (void)tokenizer_with(table); });
  EXPECT_NE(message.find("entities.tsv:2: this is not a character reference"), std::string::npos)
      << message;
}

// Takes minutes if cleaning is quadratic in the length of the text.
TEST(OpenClipTokenizer, EncodesAVeryLongTextInTimeNearlyLinearInItsLength) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "\u03A3\u0345\u0301&am";
  EXPECT_EQ(published_tokenizer().encode(text, 77).size(), 77U);
}

}  // namespace
}  // namespace rocm::data
