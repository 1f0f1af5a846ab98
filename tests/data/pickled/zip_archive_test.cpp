// SPDX-License-Identifier: Apache-2.0
#include "data/pickled/zip_archive.hpp"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "dist/base/contract.hpp"
#include "tests/data/pickled/zip_bytes.hpp"
#include "tests/support/failure_of.hpp"

namespace rocm::data::pickled {
namespace {

using test::ZipBytes;

ZipBytes two_records() {
  return ZipBytes::of({{"a/one", "first"}, {"a/two", "second!"}});
}

template <typename T>
void overwrite(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof(value));
}

std::string refusal_of(const std::string& bytes) {
  return test::failure_of(ExitCode::kInput, [&] { (void)records_of_zip(bytes, "file"); });
}

bool refused(const std::string& bytes, const char* words) {
  return refusal_of(bytes).find(words) != std::string::npos;
}

TEST(ZipArchive, FindsItsRecords) {
  const ZipBytes zip = two_records();
  const auto records = records_of_zip(zip.bytes, "file");
  EXPECT_EQ(records.size(), 2U);
  EXPECT_EQ(records.at("a/one"), "first");
  EXPECT_EQ(records.at("a/two"), "second!");
}

TEST(ZipArchive, FindsTheEndBeforeAComment) {
  ZipBytes zip = two_records();
  overwrite(zip.bytes, zip.end() + 20, std::uint16_t{5});
  EXPECT_EQ(records_of_zip(zip.bytes + "hello", "file").size(), 2U);
}

/// The same archive with its directory's place and one size given in 64 bits.
std::string as_zip64() {
  const ZipBytes zip = ZipBytes::of({{"a", "first"}});
  std::string entry = zip.bytes.substr(zip.entry(0), 46 + 1);
  overwrite(entry, 24, std::uint32_t{0xffffffff});  // size: in the extra field
  overwrite(entry, 30, std::uint16_t{12});
  test::append_number(entry, std::uint16_t{1});
  test::append_number(entry, std::uint16_t{8});
  test::append_number(entry, std::uint64_t{5});
  std::string bytes = zip.bytes.substr(0, zip.entry(0)) + entry;
  const std::uint64_t end64 = bytes.size();
  test::append_number(bytes, std::uint32_t{0x06064b50});
  bytes.append(28, '\0');
  test::append_number(bytes, std::uint64_t{1});
  test::append_number(bytes, std::uint64_t{entry.size()});
  test::append_number(bytes, std::uint64_t{zip.entry(0)});
  test::append_number(bytes, std::uint32_t{0x07064b50});
  test::append_number(bytes, std::uint32_t{0});
  test::append_number(bytes, end64);
  test::append_number(bytes, std::uint32_t{1});
  std::string end = zip.bytes.substr(zip.end());
  overwrite(end, 10, std::uint16_t{0xffff});
  overwrite(end, 16, std::uint32_t{0xffffffff});
  return bytes + end;
}

TEST(ZipArchive, ReadsZip64) {
  const std::string bytes = as_zip64();
  EXPECT_EQ(records_of_zip(bytes, "file").at("a"), "first");
}

TEST(ZipArchive, RefusesZip64WithoutItsRecord) {
  std::string bytes = as_zip64();
  bytes[bytes.size() - 22 - 20] = 'x';
  EXPECT_TRUE(refused(bytes, "no zip64 locator"));
}

TEST(ZipArchive, RefusesWhatTorchDoesNotWrite) {
  const ZipBytes zip = two_records();
  const auto with = [&](std::size_t at, auto value) {
    std::string bytes = zip.bytes;
    overwrite(bytes, at, value);
    return bytes;
  };
  EXPECT_TRUE(refused("PK", "too short"));
  EXPECT_TRUE(refused(zip.bytes.substr(0, zip.bytes.size() - 1), "no end record"));
  EXPECT_TRUE(refused(with(zip.entry(0) + 10, std::uint16_t{8}), "is compressed"));
  EXPECT_TRUE(refused(with(zip.entry(0) + 20, std::uint32_t{1}), "is compressed"));
  EXPECT_TRUE(refused(with(zip.entry(1), 'x'), "entry is missing"));
  EXPECT_TRUE(refused(with(0, 'x'), "no local header"));
  EXPECT_TRUE(refused(with(30, 'x'), "another name"));
  EXPECT_TRUE(refused(with(zip.entry(1) + 42, std::uint32_t{0xfffffff0}), "behind its end"));
  EXPECT_TRUE(refused(with(zip.end() + 10, std::uint16_t{3}), "entry is missing"));
  EXPECT_TRUE(refused(with(zip.end() + 16, std::uint32_t{0xfffffff0}), "behind its end"));
  EXPECT_TRUE(refused(ZipBytes::of({{"a", "1"}, {"a", "2"}}).bytes, "two records"));
}

TEST(ZipArchive, RefusesRecordsThatOverlap) {
  ZipBytes zip = ZipBytes::of({{"a", "0123456789"}, {"b", "0123456789"}});
  for (const std::size_t field : {20U, 24U})
    overwrite(zip.bytes, zip.entry(0) + field, std::uint32_t{30});
  EXPECT_TRUE(refused(zip.bytes, "overlap"));
}

}  // namespace
}  // namespace rocm::data::pickled
