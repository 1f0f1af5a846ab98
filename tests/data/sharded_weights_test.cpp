// SPDX-License-Identifier: Apache-2.0
#include "data/sharded_weights.hpp"

#include <string>

#include <ATen/ops/full.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "data/plain_name.hpp"
#include "data/safetensors_writer.hpp"
#include "dist/base/contract.hpp"
#include "tests/support/failure_of.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::failure_of;
using rocm::test::ScratchFolder;

/// Two shards, {a, b} and {c}, and an index with the weight_map `map`.
class ShardedWeightsTest : public ::testing::Test {
 protected:
  ShardedWeightsTest() {
    write_safetensors(folder_ / "1.safetensors",
                      {{"a", at::full({2}, 1.0)}, {"b", at::full({}, 2)}});
    write_safetensors(folder_ / "2.safetensors", {{"c", at::full({1}, 3.0)}});
  }

  ShardedWeights read(const std::string& map) {
    return read_sharded_weights(
        folder_.write("model.safetensors.index.json",
                      fmt::format(R"({{"metadata":{{"total_size":16}},"weight_map":{}}})", map)));
  }

  std::string refusal_of(const std::string& map) {
    return failure_of(ExitCode::kInput, [&] { (void)read(map); });
  }

  ScratchFolder folder_;
};

TEST_F(ShardedWeightsTest, JoinTheShardsThatTheIndexNames) {
  const auto weights = read(R"({"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors"})");
  ASSERT_EQ(weights.tensors.size(), 3U);
  EXPECT_EQ(weights.tensors.at("c").item<double>(), 3.0);
  ASSERT_EQ(weights.files.size(), 3U);
  EXPECT_EQ(weights.files[0].filename(), "model.safetensors.index.json");
  EXPECT_EQ(weights.files[2].filename(), "2.safetensors");
}

TEST_F(ShardedWeightsTest, RefuseShardsOutsideTheFolder) {
  for (const char* name : {"/etc/a.safetensors", "../x/a.safetensors", "sub/a.safetensors",
                           "sub\\\\a.safetensors", "..", "", "a..safetensors"}) {
    const std::string message = refusal_of(fmt::format(R"({{"a":"{}"}})", name));
    EXPECT_NE(message.find("is no plain file name"), std::string::npos) << name << ": " << message;
  }
}

TEST_F(ShardedWeightsTest, RefuseShardsThatAreNoWeights) {
  EXPECT_NE(refusal_of(R"({"a":"1.txt"})").find("is no weights file"), std::string::npos);
}

TEST_F(ShardedWeightsTest, RefuseAKeyThatItsShardLacks) {
  const auto message = refusal_of(
      R"({"a":"1.safetensors","b":"1.safetensors","c":"2.safetensors","d":"2.safetensors"})");
  EXPECT_NE(message.find("2.safetensors: tensor \"d\" is not in this file"), std::string::npos)
      << message;
}

TEST_F(ShardedWeightsTest, RefuseATensorThatTheIndexDoesNotName) {
  const auto message = refusal_of(R"({"a":"1.safetensors"})");
  EXPECT_NE(message.find("1.safetensors: unexpected tensor \"b\""), std::string::npos) << message;
}

TEST_F(ShardedWeightsTest, RefuseAMissingShard) {
  const auto message = refusal_of(R"({"a":"3.safetensors"})");
  EXPECT_NE(message.find("3.safetensors: cannot read the file"), std::string::npos) << message;
}

TEST_F(ShardedWeightsTest, RefuseAnIndexWithoutAMapOfNames) {
  EXPECT_NE(refusal_of("[]").find("there is no weight_map"), std::string::npos);
  EXPECT_NE(refusal_of("{}").find("there is no weight_map"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"a":1})").find("weight_map of \"a\" is no string"), std::string::npos);
}

TEST(PlainName, IsOneThatStaysInItsFolder) {
  EXPECT_TRUE(is_plain_name("model-00001-of-00002.safetensors"));
  EXPECT_FALSE(is_plain_name(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_plain_name("."));
  EXPECT_TRUE(is_plain_name(std::string(255, 'a')));
  EXPECT_FALSE(is_plain_name(std::string(256, 'a')));
}

}  // namespace
}  // namespace rocm::data
