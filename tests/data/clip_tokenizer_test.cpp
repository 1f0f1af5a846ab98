// SPDX-License-Identifier: Apache-2.0
#include "data/clip_tokenizer.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "dist/base/contract.hpp"
#include "tests/support/source_paths.hpp"

namespace rocm::data {
namespace {

using nlohmann::json;
using Ids = std::vector<std::int64_t>;

const std::filesystem::path kGolden = test::golden_folder();

json golden(const std::filesystem::path& path) {
  std::ifstream file(kGolden / path);
  return json::parse(file);
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

const ClipTokenizer& published_tokenizer() {
  static const ClipTokenizer tokenizer =
      ClipTokenizer::open(test::source_folder() / "data/tokenizers/clip");
  return tokenizer;
}

void expect_golden_cases(const std::filesystem::path& folder) {
  const ClipTokenizer tokenizer = ClipTokenizer::open(kGolden / folder);
  const json expected = golden(folder / "cases.json");
  for (const json& row : expected["cases"]) {
    EXPECT_EQ(tokenizer.encode(row["text"].get<std::string>(), expected["length"]),
              row["ids"].get<Ids>())
        << row["text"];
  }
}

// A folder that can be broken: the small tokenizer in a scratch directory.
class BrokenTokenizer : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  void take(const std::string& name, const char* from = "small_clip_tokenizer") {
    std::filesystem::copy_file(kGolden / from / name, folder_ / name);
  }

  // The same file with one member of the JSON object replaced.
  void take_changed(const std::string& name, const char* pointer, const json& value,
                    const char* from = "small_clip_tokenizer") {
    json content = golden(std::filesystem::path(from) / name);
    content[json::json_pointer(pointer)] = value;
    write_text(folder_ / name, content.dump());
  }

  std::string complaint() {
    try {
      (void)ClipTokenizer::open(folder_);
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), ExitCode::kInput);
      return failure.what();
    }
    return "no complaint";
  }

  std::filesystem::path folder_;
};

TEST(ClipTokenizer, GivesThePublishedIdsWithTheRealVocabulary) {
  for (const json& row : golden("clip_tokenizer_cases.json")) {
    EXPECT_EQ(published_tokenizer().encode(row["text"].get<std::string>(), 77),
              row["ids77_fast"].get<Ids>())
        << row["text"];
  }
}

TEST(ClipTokenizer, KnowsTheSizesOfThePublishedVocabulary) {
  EXPECT_EQ(published_tokenizer().model_max_length(), 77);
  EXPECT_EQ(published_tokenizer().vocabulary_size(), 49408);
  EXPECT_EQ(published_tokenizer().end_id(), 49407);
}

TEST(ClipTokenizer, ReadsASmallVocabularyFromTwoFiles) {
  expect_golden_cases("small_clip_tokenizer");
}

// Merges as strings, special tokens matched in the raw text, two byte characters unknown.
TEST(ClipTokenizer, ReadsASmallVocabularyFromTokenizerJsonAlone) {
  expect_golden_cases("small_clip_tokenizer_json");
}

TEST(ClipTokenizer, TakesLengthAndPaddingFromItsConfiguration) {
  const ClipTokenizer tokenizer = ClipTokenizer::open(kGolden / "small_clip_tokenizer");
  EXPECT_EQ(tokenizer.model_max_length(), 12);
  EXPECT_EQ(tokenizer.encode("", 4), (Ids{534, 535, 0, 0}));  // "!" has id 0
}

TEST(ClipTokenizer, KeepsTheFirstTokensAndTheEndOfALongPrompt) {
  std::string words;
  for (int i = 0; i < 100; ++i) words += "word ";
  const Ids ids = published_tokenizer().encode(words, 77);
  EXPECT_EQ(ids.size(), 77U);
  EXPECT_EQ(ids.front(), 49406);
  EXPECT_EQ(ids[75], 2653);
  EXPECT_EQ(ids[76], 49407);
}

TEST(ClipTokenizer, FindsASpecialTokenInsideAWord) {
  EXPECT_EQ(published_tokenizer().encode("cat<|EndOfText|>cat", 5),
            (Ids{49406, 2368, 49407, 2368, 49407}));
}

TEST(ClipTokenizer, RefusesAPromptThatIsNotUtf8) {
  try {
    (void)published_tokenizer().encode("caf\xE9", 77);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kInput);
    EXPECT_STREQ(failure.what(),
                 "prompt: \"caf\\xe9\" is not UTF-8 at byte 3 (the tokenizer reads Unicode). save "
                 "the prompts as UTF-8.");
  }
}

// Takes half a minute if merging is quadratic in the length of a word.
TEST(ClipTokenizer, EncodesAVeryLongWordInTimeNearlyLinearInItsLength) {
  const Ids ids = published_tokenizer().encode(std::string(50'000, 'a'), 77);
  EXPECT_EQ(ids.size(), 77U);
}

TEST_F(BrokenTokenizer, SaysWhichFilesAreMissing) {
  EXPECT_NE(complaint().find("neither vocab.json with merges.txt nor tokenizer.json is there"),
            std::string::npos);
}

TEST_F(BrokenTokenizer, WhoseMergeNeedsAnUnknownSymbolIsRefused) {
  take("vocab.json");
  write_text(folder_ / "merges.txt", "#version: 0.2\nr e\nz z\n");
  EXPECT_NE(complaint().find("merges.txt: merge 2 needs the symbol \"zz\""), std::string::npos);
}

TEST_F(BrokenTokenizer, WhoseMergeIsNotAPairIsRefusedWithItsLine) {
  take("vocab.json");
  write_text(folder_ / "merges.txt", "#version: 0.2\r\nr e\r\nr\r\n");
  EXPECT_NE(complaint().find("merges.txt:3: \"r\" is not a merge"), std::string::npos);
}

TEST_F(BrokenTokenizer, WhoseIdIsNegativeIsRefused) {
  take("merges.txt");
  take_changed("vocab.json", "/a", -1);
  EXPECT_NE(complaint().find("vocab.json: token \"a\" has no usable id"), std::string::npos);
}

TEST_F(BrokenTokenizer, WhoseEndTokenHasNoIdIsRefused) {
  take("vocab.json");
  take("merges.txt");
  take_changed("tokenizer_config.json", "/eos_token", "</s>");
  EXPECT_NE(complaint().find("the special token \"</s>\" has no id"), std::string::npos);
}

TEST_F(BrokenTokenizer, ThatIsGpt2sIsRefusedByItsClass) {
  take("vocab.json");
  take("merges.txt");
  take_changed("tokenizer_config.json", "/tokenizer_class", "GPT2Tokenizer");
  EXPECT_NE(complaint().find("tokenizer_class \"GPT2Tokenizer\" is not that of a CLIP tokenizer"),
            std::string::npos);
}

TEST_F(BrokenTokenizer, WithAnotherNormalizerIsRefused) {
  take_changed("tokenizer.json", "/normalizer/normalizers/0/type", "NFKC",
               "small_clip_tokenizer_json");
  EXPECT_NE(complaint().find("the normalizer is not that of a CLIP tokenizer"), std::string::npos);
}

TEST_F(BrokenTokenizer, WithAnotherPatternOfWordsIsRefused) {
  take_changed("tokenizer.json", "/pre_tokenizer/pretokenizers/0/pattern/Regex", "[\\p{L}]+",
               "small_clip_tokenizer_json");
  EXPECT_NE(complaint().find("the pre_tokenizer is not that of a CLIP tokenizer"),
            std::string::npos);
}

TEST_F(BrokenTokenizer, WithAPatternThatIsAListIsRefused) {
  take_changed("tokenizer.json", "/pre_tokenizer/pretokenizers/0/pattern", {1, 2},
               "small_clip_tokenizer_json");
  EXPECT_NE(complaint().find("the pre_tokenizer is not that of a CLIP tokenizer"),
            std::string::npos);
}

TEST_F(BrokenTokenizer, WithAnotherKindOfModelIsRefused) {
  take_changed("tokenizer.json", "/model/byte_fallback", true, "small_clip_tokenizer_json");
  EXPECT_NE(complaint().find("the model is not that of a CLIP tokenizer"), std::string::npos);
}

TEST_F(BrokenTokenizer, WithATokenThatSwallowsSpacesIsRefused) {
  take_changed("tokenizer.json", "/added_tokens/0/lstrip", true, "small_clip_tokenizer_json");
  EXPECT_NE(complaint().find("added token \"<|startoftext|>\" has lstrip"), std::string::npos);
}

TEST_F(BrokenTokenizer, WithoutALimitOfLengthFallsBackTo77) {
  take("vocab.json");
  take("merges.txt");
  take_changed("tokenizer_config.json", "/model_max_length", 1e30);
  EXPECT_EQ(ClipTokenizer::open(folder_).model_max_length(), 77);
}

}  // namespace
}  // namespace rocm::data
