// SPDX-License-Identifier: Apache-2.0
#include "data/records/event_file.hpp"

#include <cmath>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "data/records/crc32c.hpp"
#include "data/records/protobuf_message.hpp"
#include "tests/support/scratch_folder.hpp"

namespace rocm::data {
namespace {

using rocm::test::content_of;
using rocm::test::ScratchFolder;
using namespace std::string_literals;

TEST(Crc32c, EqualsThePublishedCheckValues) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(""), 0U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);    // RFC 3720 B.4
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);  // RFC 3720 B.4
}

TEST(ProtobufMessage, EncodesAnIntegerInGroupsOfSevenBits) {
  EXPECT_EQ(ProtobufMessage().add_integer(1, 150).bytes(), "\x08\x96\x01");
}

TEST(ProtobufMessage, EncodesAStringWithItsLength) {
  EXPECT_EQ(ProtobufMessage().add_bytes(2, "testing").bytes(), "\x12\x07testing");
}

TEST(ProtobufMessage, EncodesFloatsLeastSignificantByteFirst) {
  EXPECT_EQ(ProtobufMessage().add_float(2, 1.0F).bytes(), "\x15\x00\x00\x80\x3f"s);
  EXPECT_EQ(ProtobufMessage().add_double(1, 1.0).bytes(), "\x09\0\0\0\0\0\0\xf0\x3f"s);
}

TEST(ProtobufMessage, EncodesANegativeIntegerInTenBytes) {
  EXPECT_EQ(ProtobufMessage().add_integer(1, -1).bytes(),
            "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

/// The only file in a folder.
std::filesystem::path only_file(const ScratchFolder& folder) {
  return std::filesystem::directory_iterator(folder.path())->path();
}

/// The payloads of the frames in a file.
std::vector<std::string> payloads_in(const std::string& bytes) {
  std::vector<std::string> payloads;
  for (std::size_t at = 0; at < bytes.size();) {
    std::size_t length = 0;
    for (std::size_t i = 8; i-- > 0;)
      length = length << 8 | static_cast<unsigned char>(bytes.at(at + i));
    payloads.push_back(bytes.substr(at + 12, length));
    at += 12 + length + 4;
  }
  return payloads;
}

TEST(EventFile, IsNamedAsTensorBoardLooksForIt) {
  const ScratchFolder folder;
  const EventFile file(folder.path(), 1);
  EXPECT_EQ(only_file(folder).filename().string().rfind("events.out.tfevents.", 0), 0U);
}

TEST(EventFile, BeginsWithTheFormatsVersion) {
  const ScratchFolder folder;
  const EventFile file(folder.path(), 1);
  const auto payloads = payloads_in(content_of(only_file(folder)));
  ASSERT_EQ(payloads.size(), 2U);
  EXPECT_NE(payloads[0].find("\x1a\x0d"
                             "brain.Event:2"),
            std::string::npos);
}

TEST(EventFile, HoldsACurvesPointAsTagAndFloat) {
  const ScratchFolder folder;
  EventFile file(folder.path(), 1);
  const std::vector<std::pair<std::string, double>> point = {{"reward", 0.5}};
  file.add_scalars(7, point);
  const auto payloads = payloads_in(content_of(only_file(folder)));
  ASSERT_EQ(payloads.size(), 3U);
  EXPECT_EQ(payloads[2].substr(9), "\x10\x07\x2a\x0f\x0a\x0d\x0a\x06reward\x15\x00\x00\x00\x3f"s);
}

TEST(EventFile, LeavesOutWhatIsNotFinite) {
  const ScratchFolder folder;
  EventFile file(folder.path(), 1);
  const std::vector<std::pair<std::string, double>> point = {{"divergence", std::nan("")}};
  file.add_scalars(7, point);
  EXPECT_EQ(content_of(only_file(folder)).find("divergence"), std::string::npos);
}

}  // namespace
}  // namespace rocm::data
