// SPDX-License-Identifier: Apache-2.0
#include "data/prompts.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

using Lines = std::vector<std::string>;

class Prompts : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(folder_);
  }

  void TearDown() override { std::filesystem::remove_all(folder_); }

  Lines read(const std::string& name, std::string_view content) {
    std::ofstream(folder_ / name, std::ios::binary) << content;
    return read_prompts(folder_ / name).lines;
  }

  // What the user reads, without the folder.
  std::string complaint(const std::string& name, std::string_view content,
                        ExitCode code = ExitCode::kInput) {
    try {
      (void)read(name, content);
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), code);
      return std::string(failure.what()).substr(folder_.string().size() + 1);
    }
    return "no complaint";
  }

  std::filesystem::path folder_;
};

TEST_F(Prompts, AreTheLinesOfATextThatAreNotBlank) {
  EXPECT_EQ(read("p.txt", "a cat\n\n  \t\na dog"), (Lines{"a cat", "a dog"}));
}

TEST_F(Prompts, MayCarryAByteOrderMarkAndCarriageReturns) {
  EXPECT_EQ(read("p.txt",
                 "\xEF\xBB\xBF"
                 "a cat\r\n a dog \r\n"),
            (Lines{"a cat", "a dog"}));
}

TEST_F(Prompts, AreStringsOrObjectsOfAJsonArray) {
  EXPECT_EQ(read("p.json", R"(["a cat", {"text": "a dog"}, {"id": 1, "caption": "a \"bird\""}])"),
            (Lines{"a cat", "a dog", "a \"bird\""}));
}

TEST_F(Prompts, AreTheFieldNamedPromptWhereSeveralWouldDo) {
  EXPECT_EQ(read("p.json", R"([{"text": "other", "caption": "other", "prompt": "a cat"}])"),
            Lines{"a cat"});
}

TEST_F(Prompts, AreTheLinesOfJsonLines) {
  EXPECT_EQ(read("p.jsonl", "{\"prompt\": \"a cat\"}\n\n\"a dog\"\n"), (Lines{"a cat", "a dog"}));
}

TEST_F(Prompts, AreTheNamedColumnOfATable) {
  EXPECT_EQ(read("p.csv", "id,Prompt,n\n1,\"a cat, a dog\",2\r\n2,a bird,3\n"),
            (Lines{"a cat, a dog", "a bird"}));
}

TEST_F(Prompts, AreASingleColumnWithoutAHeader) {
  EXPECT_EQ(read("p.csv", "a cat\n\"a \"\"red\"\" dog\"\n"), (Lines{"a cat", "a \"red\" dog"}));
}

TEST_F(Prompts, OfATabSeparatedTableMayContainCommasAndQuotes) {
  EXPECT_EQ(read("p.tsv", "Prompt\tCategory\na 12\" pan, hot\tfood\n"), Lines{"a 12\" pan, hot"});
}

TEST_F(Prompts, KeepALineEndInsideAQuotedField) {
  EXPECT_EQ(read("p.csv", "text\n\"a cat\nand a dog\"\n"), Lines{"a cat\nand a dog"});
}

TEST_F(Prompts, WithoutALineAreRefused) {
  EXPECT_EQ(
      complaint("p.txt", "\n \n"),
      "p.txt: there are no prompts (at least one is needed). write one prompt a line into it.");
}

TEST_F(Prompts, ThatAreNotUtf8AreRefusedWithTheirLine) {
  EXPECT_EQ(
      complaint("p.txt", "a cat\ncaf\xE9\n"),
      "p.txt:2: the text is not UTF-8 (byte 9 of the file begins no character). save the file "
      "as UTF-8.");
}

TEST_F(Prompts, OfAnotherKindOfFileAreAMistakeOfUsage) {
  EXPECT_EQ(complaint("p.yaml", "a cat", ExitCode::kUsage),
            "p.yaml: no way to read prompts from this file (its name does not end in .txt .json "
            ".jsonl .csv or .tsv). rename or convert it.");
}

TEST_F(Prompts, ThatAreEmptyInAListAreRefusedWithTheirPlace) {
  EXPECT_EQ(complaint("p.json", R"(["a cat", " "])").substr(0, 36),
            "p.json: entry 1: the prompt is empty");
  EXPECT_EQ(complaint("p.csv", "prompt,n\na cat,1\n,2\n").substr(0, 28),
            "p.csv:3: the prompt is empty");
}

TEST_F(Prompts, OfAnObjectWithoutAKnownFieldAreRefusedWithTheirLine) {
  EXPECT_EQ(complaint("p.jsonl", "\"a cat\"\n{\"prompt\": 3}\n").substr(0, 29),
            "p.jsonl:2: there is no prompt");
}

TEST_F(Prompts, OfABrokenJsonLineAreRefusedWithTheirLine) {
  EXPECT_EQ(complaint("p.jsonl", "\"a cat\"\n{\"prompt\"\n").substr(0, 10), "p.jsonl:2:");
}

TEST_F(Prompts, OfATableWithoutAKnownColumnAreRefused) {
  EXPECT_EQ(complaint("p.csv", "id,title\n1,a cat\n"),
            "p.csv:1: no column holds the prompts (none of 2 columns is named prompt, caption or "
            "text). begin the file with a header line.");
}

TEST_F(Prompts, OfARowWithTooManyFieldsAreRefusedWithItsLine) {
  EXPECT_EQ(complaint("p.csv", "prompt\na cat\na dog, red\n").substr(0, 31),
            "p.csv:3: 2 fields instead of 1 ");
}

TEST_F(Prompts, OfAQuoteThatIsNeverClosedAreRefusedWhereItOpens) {
  EXPECT_EQ(complaint("p.csv", "prompt\n\"a cat\na dog\n").substr(0, 38),
            "p.csv:2: a quoted field is not closed ");
}

TEST_F(Prompts, WithAZeroCharacterAreRefused) {
  EXPECT_EQ(complaint("p.json", R"(["a\u0000b"])").substr(0, 42),
            "p.json: entry 0: the prompt contains U+000");
}

TEST_F(Prompts, BeyondAnySensibleLengthAreRefused) {
  EXPECT_EQ(complaint("p.txt", std::string(70'000, 'a')).substr(0, 32),
            "p.txt:1: a prompt of 70000 bytes");
}

TEST_F(Prompts, OfAMissingFileAreRefused) {
  try {
    (void)read_prompts(folder_ / "none.txt");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), ExitCode::kInput);
  }
}

}  // namespace
}  // namespace rocm::data
