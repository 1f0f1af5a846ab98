// SPDX-License-Identifier: Apache-2.0
#include "data/pickled/machine.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::data::pickled {
namespace {

using namespace std::literals;

std::string refusal_of(std::string_view program) {
  return test::failure_of(ExitCode::kInput, [&] { (void)run_pickle(program, "file"); });
}

std::int64_t integer(std::string_view program) {
  const Pickle pickle = run_pickle(program, "file");
  const auto* value = pickle.root->as<std::int64_t>();
  return value == nullptr ? -1'000'000 : *value;
}

TEST(PickleMachine, ReadsIntegersOfEveryKind) {
  EXPECT_EQ(integer("K\x07."sv), 7);
  EXPECT_EQ(integer("M\x01\x02."sv), 0x0201);
  EXPECT_EQ(integer("J\xff\xff\xff\xff."sv), -1);
  EXPECT_EQ(integer("\x8a\x00."sv), 0);
  EXPECT_EQ(integer("\x8a\x01\x80."sv), -128);
  EXPECT_EQ(integer("\x8a\x02\xff\x00."sv), 255);
  EXPECT_EQ(integer("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80."sv), INT64_MIN);
  EXPECT_EQ(integer("I42\n."sv), 42);
  EXPECT_EQ(integer("L-42L\n."sv), -42);
}

TEST(PickleMachine, KnowsALargerIntegerOnlyAsOne) {
  const std::string program = "\x8a\x09" + std::string(9, '\x01') + ".";
  EXPECT_NE(run_pickle(program, "file").root->as<Opaque>(), nullptr);
}

TEST(PickleMachine, ReadsAFloatMostSignificantByteFirst) {
  const Pickle pickle = run_pickle("G\x3f\xf8\x00\x00\x00\x00\x00\x00."sv, "file");
  EXPECT_EQ(*pickle.root->as<double>(), 1.5);
}

TEST(PickleMachine, FillsADictionaryByEveryInstruction) {
  // {"a": 1}, then "b": 2 by SETITEM and "a": 3 by SETITEMS: the last of two equal keys counts
  const Pickle pickle = run_pickle(
      "(X\x01\0\0\0aK\x01"
      "dX\x01\0\0\0bK\x02s(X\x01\0\0\0aK\x03u."sv,
      "file");
  const auto* dictionary = pickle.root->as<Dictionary>();
  ASSERT_NE(dictionary, nullptr);
  EXPECT_EQ(*dictionary->find("a")->as<std::int64_t>(), 3);
  EXPECT_EQ(*dictionary->find("b")->as<std::int64_t>(), 2);
  EXPECT_EQ(dictionary->find("c"), nullptr);
}

TEST(PickleMachine, RemembersValues) {
  const Pickle pickle = run_pickle("]q\x05(K\x01K\x02\x65h\x05\x86."sv, "file");
  const auto* pair = pickle.root->as<Sequence>();
  ASSERT_NE(pair, nullptr);
  EXPECT_EQ(pair->items[0], pair->items[1]) << "one list, twice";
  EXPECT_EQ(pair->items[0]->as<Sequence>()->items.size(), 2U);
}

TEST(PickleMachine, LetsAListHoldItself) {
  const Pickle pickle = run_pickle("]q\0h\0a."sv, "file");
  EXPECT_EQ(pickle.root->as<Sequence>()->items.front(), pickle.root);
}

TEST(PickleMachine, RunsNothingOfWhatAProgramNames) {
  // what a hostile pickle does: os.system("touch /tmp/owned")
  const Pickle pickle = run_pickle("cos\nsystem\nX\x10\0\0\0touch /tmp/owned\x85R."sv, "file");
  ASSERT_NE(pickle.root->as<Opaque>(), nullptr);
  EXPECT_EQ(pickle.root->as<Opaque>()->type.str(), "os.system");
  EXPECT_EQ(pickle.foreign.at({"os", "system"}), 1);
}

TEST(PickleMachine, IgnoresTheStateOfForeignObjects) {
  // argparse.Namespace(), BUILD with {"lr": 1}, then an item set on it
  const Pickle pickle =
      run_pickle("cargparse\nNamespace\n)\x81}X\x02\0\0\0lrK\x01sbK\x01K\x02s."sv, "file");
  EXPECT_NE(pickle.root->as<Opaque>(), nullptr);
}

TEST(PickleMachine, RefusesBrokenPrograms) {
  EXPECT_NE(refusal_of(""sv).find("ends in the middle"), std::string::npos);
  EXPECT_NE(refusal_of("."sv).find("empty stack"), std::string::npos);
  EXPECT_NE(refusal_of("X\xff\xff\xff\xff"
                       "a."sv)
                .find("ends in the middle"),
            std::string::npos);
  EXPECT_NE(refusal_of("e."sv).find("missing mark"), std::string::npos);
  EXPECT_NE(refusal_of("K\x01(0."sv).find("empty stack"), std::string::npos) << "below a mark";
  EXPECT_NE(refusal_of("h\x01."sv).find("never stored"), std::string::npos);
  EXPECT_NE(refusal_of("\xff."sv).find("unknown code 255"), std::string::npos);
  EXPECT_NE(refusal_of("K\x01K\x02R."sv).find("without arguments"), std::string::npos);
  EXPECT_NE(refusal_of("}(K\x01u."sv).find("key without a value"), std::string::npos);
  EXPECT_NE(refusal_of("Ix\n."sv).find("a number"), std::string::npos);
}

TEST(PickleMachine, RefusesToCopyALongListAgainAndAgain) {
  std::string program = "](";
  for (int i = 0; i < 10'000; ++i) program += "K\x01";
  program += "eq";
  program += '\0';
  for (int i = 0; i < 1000; ++i) program += "cbuiltins\nlist\nh"s + '\0' + "\x85R";
  EXPECT_NE(refusal_of(program + ".").find("more values"), std::string::npos);
}

}  // namespace
}  // namespace rocm::data::pickled
