// SPDX-License-Identifier: Apache-2.0
#include "data/safetensors_header.hpp"

#include <span>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/data/safetensors_bytes.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::data {
namespace {

using rocm::test::failure_of;
using rocm::test::safetensors_bytes;

SafetensorsHeader parse(const std::string& file) {
  return parse_safetensors_header(std::as_bytes(std::span(file)), "f");
}

std::string refusal_of(const std::string& file) {
  return failure_of(ExitCode::kInput, [&] { (void)parse(file); });
}

std::string refusal_of(std::string_view header, std::size_t buffer_B) {
  return refusal_of(safetensors_bytes(header, buffer_B));
}

/// The header of one tensor "a".
std::string one(std::string_view dtype, std::string_view shape, std::string_view offsets) {
  return fmt::format(R"({{"a":{{"dtype":"{}","shape":{},"data_offsets":{}}}}})", dtype, shape,
                     offsets);
}

::testing::AssertionResult refuses(const std::string& message, const std::string& part) {
  if (message.starts_with("f: ") && message.find(part) != std::string::npos) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << message;
}

// --- what must be accepted -------------------------------------------------------------------

TEST(SafetensorsHeader, DescribesTensorsInTheOrderOfTheirBytes) {
  const auto header = parse(safetensors_bytes(
      R"({"z":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
      R"("a":{"dtype":"I64","shape":[2,1],"data_offsets":[4,20]},"__metadata__":{"k":"v"}})",
      20));
  ASSERT_EQ(header.tensors.size(), 2U);
  EXPECT_EQ(header.tensors[0].name, "z");
  EXPECT_EQ(header.tensors[1].shape, (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(header.tensors[1].dtype->name, "I64");
  EXPECT_EQ(header.metadata.at("k"), "v");
}

TEST(SafetensorsHeader, AcceptsAFileWithoutTensors) {
  EXPECT_TRUE(parse(safetensors_bytes("{}", 0)).tensors.empty());
}

TEST(SafetensorsHeader, AcceptsJsonSpaceOnBothSides) {
  EXPECT_NO_THROW((void)parse(safetensors_bytes(" \t\r\n{}  \n\t\r", 0)));
}

TEST(SafetensorsHeader, AcceptsScalarsAndEmptyTensors) {
  EXPECT_TRUE(parse(safetensors_bytes(one("F32", "[]", "[0,4]"), 4)).tensors[0].shape.empty());
  EXPECT_EQ(parse(safetensors_bytes(one("F32", "[0,3]", "[0,0]"), 0)).tensors[0].end, 0U);
}

TEST(SafetensorsHeader, TakesTensorsAsListsAndDtypesAsObjectsAsTheReferenceLibraryDoes) {
  for (const std::string_view text :
       {R"({"a":["F32",[1],[0,4]]})", R"({"a":[{"F32":null},[1],[0,4]]})",
        R"({"a":{"dtype":{"F32":null},"shape":[1],"data_offsets":[0,4]}})"}) {
    const SafetensorsHeader header = parse(safetensors_bytes(text, 4));
    ASSERT_EQ(header.tensors.size(), 1U) << text;
    EXPECT_EQ(header.tensors[0].dtype->name, "F32") << text;
    EXPECT_EQ(header.tensors[0].shape, std::vector<std::int64_t>{1}) << text;
    EXPECT_EQ(header.tensors[0].end, 4U) << text;
  }
}

TEST(SafetensorsHeader, IgnoresFieldsOfLaterVersions) {
  const auto header = parse(safetensors_bytes(
      R"({"a":{"x":[1,{"y":null},-2.5],"dtype":"U8","shape":[1],"data_offsets":[0,1],"n":true}})",
      1));
  EXPECT_EQ(header.tensors[0].end, 1U);
}

TEST(SafetensorsHeader, TakesNullMetadataForNone) {
  EXPECT_TRUE(parse(safetensors_bytes(R"({"__metadata__":null})", 0)).metadata.empty());
}

TEST(SafetensorsHeader, AcceptsFourBitElementsThatFillWholeBytes) {
  EXPECT_EQ(parse(safetensors_bytes(one("F4", "[6]", "[0,3]"), 3)).tensors[0].dtype->bits, 4U);
}

// --- rules 1 to 3: the length field -----------------------------------------------------------

TEST(SafetensorsHeader, Rule1RefusesAFileWithoutALengthField) {
  EXPECT_TRUE(refuses(refusal_of(std::string("1234567")), "7 bytes are no safetensors file"));
  EXPECT_TRUE(refuses(refusal_of(std::string()), "0 bytes are no safetensors file"));
}

TEST(SafetensorsHeader, Rule2RefusesAHeaderAboveTheCap) {
  const std::uint64_t huge = std::uint64_t{1} << 63;
  EXPECT_TRUE(refuses(refusal_of(safetensors_bytes("{}", "", huge)),
                      "a header of 9223372036854775808 bytes (safetensors allows 100000000"));
  EXPECT_TRUE(refuses(refusal_of(safetensors_bytes("{}", "", ~std::uint64_t{0})), "allows"));
  EXPECT_TRUE(refuses(refusal_of(safetensors_bytes("{}", "", 100'000'001)), "allows"));
}

TEST(SafetensorsHeader, Rule3RefusesAHeaderLongerThanTheFile) {
  EXPECT_TRUE(refuses(refusal_of(safetensors_bytes("{}", "", 3)),
                      "a header of 3 bytes in a file of 10 (the file is cut short"));
  EXPECT_TRUE(refuses(refusal_of(safetensors_bytes("{}", "", 100'000'000)), "cut short"));
}

// --- rules 4 and 5: the text -----------------------------------------------------------------

TEST(SafetensorsHeader, Rule4RefusesTextThatIsNotUtf8) {
  EXPECT_TRUE(refuses(refusal_of("{\"\xff\":1}", 0), "the header is not UTF-8"));
  EXPECT_TRUE(refuses(refusal_of("{}\xc0\xaf", 0), "the header is not UTF-8"));
}

TEST(SafetensorsHeader, Rule5RefusesWhatIsNotJson) {
  EXPECT_TRUE(refuses(refusal_of("{", 0), "the header is not JSON at its byte 2"));
  EXPECT_TRUE(refuses(refusal_of("{} x", 0), "the header is not JSON at its byte 4"));
  EXPECT_TRUE(refuses(refusal_of("{'a':1}", 0), "not JSON"));
  EXPECT_TRUE(refuses(refusal_of("{\"a\":1,}", 0), "instead of an object"));
}

TEST(SafetensorsHeader, Rule5RefusesAHeaderThatIsNoObject) {
  EXPECT_TRUE(refuses(refusal_of("[]", 0), "does not begin with {"));
  EXPECT_TRUE(refuses(refusal_of("", 0), "does not begin with {"));
  EXPECT_TRUE(refuses(refusal_of("\xef\xbb\xbf{}", 0), "does not begin with {"))
      << "a byte order mark";
}

TEST(SafetensorsHeader, Rule5RefusesNulBytesBehindWhichTheJsonParserWouldStop) {
  EXPECT_TRUE(refuses(refusal_of(std::string_view("{}\0\0", 4), 0), "contains a NUL byte"));
}

TEST(SafetensorsHeader, Rule5RefusesWrongTypes) {
  EXPECT_TRUE(refuses(refusal_of(R"({"a":7})", 0), "entry \"a\" is a number instead of an object"));
  EXPECT_TRUE(refuses(refusal_of(R"({"a":{"dtype":3}})", 0), "dtype of tensor \"a\" is a number"));
  EXPECT_TRUE(refuses(refusal_of(one("F32", "4", "[0,4]"), 4), "shape of tensor \"a\""));
  EXPECT_TRUE(refuses(refusal_of(one("F32", "[[1]]", "[0,4]"), 4), "shape of tensor \"a\""));
  EXPECT_TRUE(refuses(refusal_of(one("F32", "[1]", "{}"), 4), "data_offsets of tensor \"a\""));
}

TEST(SafetensorsHeader, Rule5RefusesNegativeAndFractionalNumbers) {
  EXPECT_TRUE(refuses(refusal_of(one("F32", "[-1]", "[0,4]"), 4), "a negative number"));
  EXPECT_TRUE(refuses(refusal_of(one("F32", "[-0]", "[0,0]"), 0), "a negative number"));
  EXPECT_TRUE(refuses(refusal_of(one("F32", "[1.0]", "[0,4]"), 4), "a fraction"));
  EXPECT_TRUE(refuses(refusal_of(one("F32", "[1]", "[0,4e0]"), 4), "a fraction"));
  EXPECT_TRUE(
      refuses(refusal_of(one("F32", "[1]", "[0,18446744073709551616]"), 4), "beyond 64 bits"));
}

TEST(SafetensorsHeader, Rule5RefusesUnknownDtypes) {
  EXPECT_TRUE(refuses(refusal_of(one("F33", "[1]", "[0,4]"), 4), "the unknown dtype \"F33\""));
  EXPECT_TRUE(refuses(refusal_of(one("f32", "[1]", "[0,4]"), 4), "the unknown dtype \"f32\""));
}

TEST(SafetensorsHeader, Rule5RefusesMetadataThatIsNoText) {
  EXPECT_TRUE(refuses(refusal_of(R"({"__metadata__":{"k":1}})", 0),
                      "__metadata__ entry \"k\" is a number instead of a string"));
  EXPECT_TRUE(refuses(refusal_of(R"({"__metadata__":{"k":{}}})", 0), "instead of a string"));
  EXPECT_TRUE(refuses(refusal_of(R"({"__metadata__":"x"})", 0), "__metadata__ is a string"));
}

TEST(SafetensorsHeader, Rule5RefusesMissingFieldsAndWrongCounts) {
  EXPECT_TRUE(refuses(refusal_of(R"({"a":{"dtype":"U8","shape":[0]}})", 0), "lacks"));
  EXPECT_TRUE(refuses(refusal_of(R"({"a":{}})", 0), "lacks dtype, shape or data_offsets"));
  EXPECT_TRUE(refuses(refusal_of(one("U8", "[0]", "[0]"), 0), "not two numbers"));
  EXPECT_TRUE(refuses(refusal_of(one("U8", "[0]", "[0,0,0]"), 0), "have more"));
}

TEST(SafetensorsHeader, RefusesOtherListsAndObjectsInTheirPlace) {
  const auto lacks = "lacks dtype, shape or data_offsets";
  EXPECT_TRUE(refuses(refusal_of(R"({"a":["F32",[1]]})", 4), lacks));
  EXPECT_TRUE(refuses(refusal_of(R"({"a":[]})", 4), lacks));
  EXPECT_TRUE(refuses(refusal_of(R"({"a":["F32",[1],[0,4],1]})", 4), "a number after its"));
  EXPECT_TRUE(refuses(refusal_of(R"({"a":["F32",[1],[0,4],[]]})", 4), "a list after its"));
  EXPECT_TRUE(refuses(refusal_of(R"({"a":[[1],"F32",[0,4]]})", 4), "dtype of tensor \"a\" is"));
  const auto with_dtype = [](const std::string& dtype) {
    return refusal_of(R"({"a":{"dtype":)" + dtype + R"(,"shape":[1],"data_offsets":[0,4]}})", 4);
  };
  EXPECT_TRUE(refuses(with_dtype("{}"), "is an empty object"));
  EXPECT_TRUE(refuses(with_dtype(R"({"F32":0})"), "a number instead of null"));
  EXPECT_TRUE(refuses(with_dtype(R"({"F32":{}})"), "an object instead of null"));
  EXPECT_TRUE(refuses(with_dtype(R"({"F32":null,"F16":null})"), "is given twice"));
  EXPECT_TRUE(refuses(with_dtype(R"(["F32"])"), "a list instead of a string"));
}

TEST(SafetensorsHeader, RefusesRepeatedNamesWhereverTheyStand) {
  const std::string twice = R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
                            R"("\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})";
  EXPECT_TRUE(refuses(refusal_of(twice, 0), "tensor \"a\" is given twice"));
  EXPECT_TRUE(refuses(refusal_of(R"({"__metadata__":{},"__metadata__":{}})", 0),
                      "__metadata__ is given twice"));
  EXPECT_TRUE(refuses(refusal_of(R"({"__metadata__":{"k":"1","k":"2"}})", 0), "\"k\" is given"));
  EXPECT_TRUE(refuses(refusal_of(R"({"a":{"dtype":"U8","dtype":"U8"}})", 0), "dtype of tensor"));
  EXPECT_TRUE(refuses(refusal_of(R"({"a":{"shape":[],"shape":[]}})", 0), "shape of tensor"));
}

TEST(SafetensorsHeader, RefusesWhatNoHonestFileNeeds) {
  EXPECT_TRUE(
      refuses(refusal_of("{\"a\":{\"x\":" + std::string(100'000, '['), 0), "deeper than 8"));
  std::string ones = "[1";
  for (int i = 1; i < 100'000; ++i) ones += ",1";
  EXPECT_TRUE(refuses(refusal_of(one("U8", ones + "]", "[0,1]"), 1), "more than 16 dimensions"));
  EXPECT_TRUE(
      refuses(refusal_of("{\"" + std::string(5000, 'n') + "\":{}}", 0), "longer than 4096 bytes"));
}

// --- rules 6 to 9: the numbers ---------------------------------------------------------------

std::string two(std::string_view first, std::string_view second) {
  return fmt::format(R"({{"a":{{"dtype":"U8","shape":[8],"data_offsets":{}}},)"
                     R"("b":{{"dtype":"U8","shape":[8],"data_offsets":{}}}}})",
                     first, second);
}

TEST(SafetensorsHeader, Rule6RefusesOverlapsHolesAliasesAndReversedOffsets) {
  EXPECT_NO_THROW((void)parse(safetensors_bytes(two("[8,16]", "[0,8]"), 16)));
  EXPECT_TRUE(refuses(refusal_of(two("[0,8]", "[4,12]"), 12), "overlaps and holes are forbidden"));
  EXPECT_TRUE(refuses(refusal_of(two("[0,8]", "[9,17]"), 17), "overlaps and holes are forbidden"));
  EXPECT_TRUE(refuses(refusal_of(two("[0,8]", "[0,8]"), 8), "overlaps and holes are forbidden"));
  EXPECT_TRUE(refuses(refusal_of(two("[1,9]", "[9,17]"), 17), "the bytes before it end at 0"));
  EXPECT_TRUE(refuses(refusal_of(one("U8", "[8]", "[8,0]"), 8), "[8, 0]"));
}

TEST(SafetensorsHeader, Rule6RefusesTenTensorsThatShareTheirBytes) {
  std::string header = "{";
  for (int i = 0; i < 10; ++i) {
    header += fmt::format(R"({}"weight_{}":{{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}})",
                          i == 0 ? "" : ",", i);
  }
  EXPECT_TRUE(refuses(refusal_of(header + "}", 16), "the bytes before it end at 16"));
}

TEST(SafetensorsHeader, Rule7RefusesSizesThatOverflow) {
  for (const char* shape :
       {"[2,18446744073709551614]", "[2,9223372036854775807]", "[4294967296,4294967296]",
        "[9223372036854775807,9223372036854775807,0]", "[0,4294967296,4294967296]"}) {
    EXPECT_TRUE(refuses(refusal_of(one("F32", shape, "[0,0]"), 0), "overflows 64 bits")) << shape;
  }
  EXPECT_TRUE(refuses(refusal_of(one("U8", "[2305843009213693952]", "[0,0]"), 0), "overflows"))
      << "2^61 elements are countable, their bits are not";
}

TEST(SafetensorsHeader, Rule7RefusesElementsThatDoNotFillBytes) {
  EXPECT_TRUE(refuses(refusal_of(one("F4", "[3]", "[0,2]"), 2), "takes 12 bits"));
  EXPECT_TRUE(refuses(refusal_of(one("F6_E2M3", "[2]", "[0,2]"), 2), "takes 12 bits"));
}

TEST(SafetensorsHeader, Rule8RefusesBytesThatAreNotTheShapes) {
  EXPECT_TRUE(refuses(refusal_of(one("F32", "[2]", "[0,4]"), 4),
                      "tensor \"a\" has 4 bytes (its shape [2] of F32 takes 8)"));
  EXPECT_TRUE(refuses(refusal_of(one("F32", "[]", "[0,0]"), 0), "has 0 bytes"));
}

TEST(SafetensorsHeader, Rule9RefusesMissingAndTrailingBytes) {
  EXPECT_TRUE(
      refuses(refusal_of(one("F32", "[1]", "[0,4]"), 2), "the file has 2 (it is cut short)"));
  EXPECT_TRUE(refuses(refusal_of(one("F32", "[1]", "[0,4]"), 5), "bytes without an owner"));
  EXPECT_TRUE(refuses(refusal_of("{}", 1), "bytes without an owner"));
}

TEST(SafetensorsHeader, EscapesHostileNamesInEveryComplaint) {
  const std::string message = refusal_of("{\"\\u001b[31m\":{\"dtype\":\"\\u001b[2J\"}}", 0);
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_TRUE(refuses(message, "tensor \"\\x1b[31m\" has the unknown dtype \"\\x1b[2J\""));
}

TEST(SafetensorsHeader, EveryTruncationOfAGoodFileIsRefused) {
  const std::string file = safetensors_bytes(two("[0,8]", "[8,16]"), 16);
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_TRUE(refuses(refusal_of(file.substr(0, size)), "")) << size << " bytes";
  }
}

}  // namespace
}  // namespace rocm::data
