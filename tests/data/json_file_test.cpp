// SPDX-License-Identifier: Apache-2.0
#include "data/json_file.hpp"

#include <string>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::failure_of;
using rocm::test::ScratchFolder;

std::string refusal_of(std::string_view text, const JsonLimits& limits = {}) {
  return failure_of(ExitCode::kInput, [&] { (void)parse_json(text, "config.json", limits); });
}

bool begins(const std::string& text, const std::string& part) {
  return text.starts_with(part);
}

TEST(ReadJson, GivesTheValue) {
  const ScratchFolder folder;
  const auto json = read_json(folder.write("a.json", R"({"r": [1, 2.5, null], "s": "\u00e9"})"));
  EXPECT_EQ(json["r"][1], 2.5);
  EXPECT_EQ(json["s"], "\xc3\xa9");
}

TEST(ReadJson, TakesPythonsNumbersThatJsonLacksForNull) {
  const ScratchFolder folder;
  const auto json = read_json(
      folder.write("a.json", R"({"a": -Infinity, "b": [NaN, Infinity], "c": "\"NaN -Infinity"})"));
  EXPECT_TRUE(json["a"].is_null());
  EXPECT_TRUE(json["b"][0].is_null() && json["b"][1].is_null());
  EXPECT_EQ(json["c"], "\"NaN -Infinity");
}

TEST(ReadJson, OfAMissingFileIsAnInputFailure) {
  const auto message =
      failure_of(ExitCode::kInput, [] { (void)read_json("/no/such/config.json"); });
  EXPECT_TRUE(begins(message, "/no/such/config.json: cannot read the file")) << message;
}

TEST(ParseJson, NamesTheLineAndColumnOfAMistake) {
  const std::string message = refusal_of("{\n  \"a\": 1,\n  \"b\": x\n}");
  EXPECT_TRUE(begins(message, "config.json:3:8: not JSON")) << message;
}

TEST(ParseJson, RefusesAnEmptyText) {
  EXPECT_TRUE(begins(refusal_of(""), "config.json:1:1: not JSON"));
}

TEST(ParseJson, RefusesAKeyGivenTwiceAtAnyDepth) {
  EXPECT_TRUE(begins(refusal_of(R"({"a": 1, "b": 2, "a": 3})"),
                     "config.json: the key \"a\" is given twice"));
  EXPECT_TRUE(begins(refusal_of(R"([{"x": {"a": 1, "\u0061": 3}}])"),
                     "config.json: the key \"a\" is given twice"));
  EXPECT_NO_THROW((void)parse_json(R"([{"a": 1}, {"a": {"a": 2}}])", "config.json"));
}

TEST(ParseJson, RefusesWhatFollowsANulByteInsteadOfStoppingThere) {
  const std::string text("{}\0{\"hidden\": 1}", 16);
  EXPECT_TRUE(begins(refusal_of(text), "config.json:1:3: not JSON (it contains a NUL byte)"));
}

TEST(ParseJson, RefusesTextAfterTheValue) {
  EXPECT_TRUE(begins(refusal_of("{} {}"), "config.json:1:4: not JSON"));
}

TEST(ParseJson, RefusesInvalidUtf8AndLoneSurrogates) {
  EXPECT_TRUE(begins(refusal_of("\"\xff\""), "config.json:1:2: not JSON"));
  EXPECT_TRUE(begins(refusal_of(R"("\ud800")"), "config.json:1:8: not JSON"));
}

TEST(ParseJson, RefusesNumbersThatBecomeInfinite) {
  EXPECT_TRUE(begins(refusal_of("[1e999]"), "config.json")) << refusal_of("[1e999]");
}

TEST(ParseJson, RefusesDeepNestingWithoutRecursing) {
  const std::string deep(1'000'000, '[');
  EXPECT_TRUE(begins(refusal_of(deep), "config.json: JSON nested deeper than 64"));
}

TEST(ParseJson, RefusesTooManyValuesAndBytes) {
  EXPECT_TRUE(begins(refusal_of("[1,2,3,4]", {.values = 3}), "config.json: JSON with more than 3"));
  EXPECT_TRUE(begins(refusal_of("[1,2,3,4]", {.bytes = 8}), "config.json: 9 bytes of JSON"));
}

TEST(ParseJson, EscapesHostileTextInItsComplaint) {
  const std::string message = refusal_of("{\"a\xc2\x9b\": 1, \"a\xc2\x9b\": 2}");
  EXPECT_NE(message.find("\"a\\u{9b}\""), std::string::npos) << message;
}

}  // namespace
}  // namespace rocm::data
