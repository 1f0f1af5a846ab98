// SPDX-License-Identifier: Apache-2.0
#include "data/pickled/zip_archive.hpp"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data::pickled {
namespace {

constexpr std::uint32_t kLocalHeader = 0x04034b50;
constexpr std::uint32_t kCentralHeader = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kEnd64Locator = 0x07064b50;
constexpr std::uint16_t kZip64Extra = 0x0001;
constexpr std::uint32_t kIn64 = 0xffffffff;  ///< "the number stands in the zip64 field"
constexpr std::uint16_t kCountIn64 = 0xffff;
constexpr std::size_t kEndSize = 22;
constexpr std::size_t kLocatorSize = 20;
constexpr std::size_t kLongestComment = 65'535;
constexpr std::size_t kCentralSize = 46;
constexpr std::size_t kLocalSize = 30;
constexpr std::uint64_t kMostRecords = 1'000'000;

class Archive {
 public:
  Archive(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  [[noreturn]] void refuse(const std::string& problem) const {
    fail(ExitCode::kInput, {.where = where_,
                            .problem = fmt::format("the zip archive is broken: {}", problem),
                            .because = "torch.save does not write such an archive",
                            .advice = "fetch or write the file again"});
  }

  [[nodiscard]] std::string_view slice(std::uint64_t begin, std::uint64_t size) const {
    if (begin > bytes_.size() || size > bytes_.size() - begin) refuse("it points behind its end");
    return bytes_.substr(begin, size);
  }

  /// A little-endian number.
  template <std::unsigned_integral T>
  [[nodiscard]] T number(std::uint64_t at) const {
    static_assert(std::endian::native == std::endian::little);
    T value = 0;
    std::memcpy(&value, slice(at, sizeof(T)).data(), sizeof(T));
    return value;
  }

  [[noreturn]] void refuse_program() const {
    fail(ExitCode::kInput, {.where = where_,
                            .problem = "a TorchScript archive",
                            .because = "it holds a program, not only weights",
                            .advice = "use the .safetensors of the same model"});
  }

  [[nodiscard]] std::uint64_t size() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
  const std::string& where_;
};

struct Directory {
  std::uint64_t entries = 0;
  std::uint64_t begin = 0;
};

/// Where the end record begins: it is found from the back, since a comment may follow it.
std::uint64_t end_record(const Archive& archive) {
  if (archive.size() < kEndSize) archive.refuse("it is too short");
  const std::uint64_t last = archive.size() - kEndSize;
  const std::uint64_t first = last > kLongestComment ? last - kLongestComment : 0;
  for (std::uint64_t at = last + 1; at-- > first;) {
    if (archive.number<std::uint32_t>(at) != kEnd) continue;
    if (at + kEndSize + archive.number<std::uint16_t>(at + 20) == archive.size()) return at;
  }
  archive.refuse("there is no end record");
}

Directory directory_of(const Archive& archive) {
  const std::uint64_t end = end_record(archive);
  const auto entries = archive.number<std::uint16_t>(end + 10);
  const auto begin = archive.number<std::uint32_t>(end + 16);
  if (entries != kCountIn64 && begin != kIn64) return {entries, begin};
  if (end < kLocatorSize || archive.number<std::uint32_t>(end - kLocatorSize) != kEnd64Locator)
    archive.refuse("there is no zip64 locator");
  const auto end64 = archive.number<std::uint64_t>(end - kLocatorSize + 8);
  if (archive.number<std::uint32_t>(end64) != kEnd64) archive.refuse("there is no zip64 record");
  return {archive.number<std::uint64_t>(end64 + 32), archive.number<std::uint64_t>(end64 + 48)};
}

struct Entry {
  std::string_view name;
  std::uint64_t compressed = 0;
  std::uint64_t size = 0;
  std::uint64_t local_header = 0;
  std::uint16_t method = 0;
};

/// Replaces the numbers that stand in the zip64 field, which holds only those, in this order.
void read_zip64(const Archive& archive, std::uint64_t at, std::uint64_t end, Entry& entry) {
  for (std::uint64_t* number : {&entry.size, &entry.compressed, &entry.local_header}) {
    if (*number != kIn64) continue;
    if (at + sizeof(std::uint64_t) > end) archive.refuse("a zip64 field is too short");
    *number = archive.number<std::uint64_t>(at);
    at += sizeof(std::uint64_t);
  }
}

void read_extra_fields(const Archive& archive, std::uint64_t at, std::uint64_t end, Entry& entry) {
  while (at + 4 <= end) {
    const auto id = archive.number<std::uint16_t>(at);
    const std::uint64_t next = at + 4 + archive.number<std::uint16_t>(at + 2);
    if (next > end) archive.refuse("an extra field is too long");
    if (id == kZip64Extra) return read_zip64(archive, at + 4, next, entry);
    at = next;
  }
}

/// The entry at `at`, which moves behind it.
Entry next_entry(const Archive& archive, std::uint64_t& at) {
  if (archive.number<std::uint32_t>(at) != kCentralHeader)
    archive.refuse("a directory entry is missing");
  const std::uint64_t name_size = archive.number<std::uint16_t>(at + 28);
  const std::uint64_t extra_size = archive.number<std::uint16_t>(at + 30);
  const std::uint64_t comment_size = archive.number<std::uint16_t>(at + 32);
  Entry entry{.name = archive.slice(at + kCentralSize, name_size),
              .compressed = archive.number<std::uint32_t>(at + 20),
              .size = archive.number<std::uint32_t>(at + 24),
              .local_header = archive.number<std::uint32_t>(at + 42),
              .method = archive.number<std::uint16_t>(at + 10)};
  const std::uint64_t extra = at + kCentralSize + name_size;
  read_extra_fields(archive, extra, extra + extra_size, entry);
  at = extra + extra_size + comment_size;
  return entry;
}

/// The bytes of a record, and where it begins with its header.
std::string_view record_of(const Archive& archive, const Entry& entry) {
  if (entry.name.find("/code/__torch__") != std::string_view::npos) archive.refuse_program();
  if (entry.method != 0 || entry.compressed != entry.size)
    archive.refuse(fmt::format("\"{}\" is compressed", printable(entry.name)));
  const std::uint64_t at = entry.local_header;
  if (archive.number<std::uint32_t>(at) != kLocalHeader)
    archive.refuse(fmt::format("\"{}\" has no local header", printable(entry.name)));
  const std::uint64_t name_size = archive.number<std::uint16_t>(at + 26);
  if (archive.slice(at + kLocalSize, name_size) != entry.name)
    archive.refuse(fmt::format("\"{}\" has another name in its header", printable(entry.name)));
  return archive.slice(at + kLocalSize + name_size + archive.number<std::uint16_t>(at + 28),
                       entry.size);
}

struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

void check_disjoint(const Archive& archive, std::vector<Extent> extents) {
  std::ranges::sort(extents, {}, &Extent::begin);
  for (std::size_t i = 1; i < extents.size(); ++i)
    if (extents[i].begin < extents[i - 1].end) archive.refuse("its records overlap");
}

}  // namespace

std::map<std::string_view, std::string_view> records_of_zip(std::string_view bytes,
                                                            const std::string& where) {
  const Archive archive(bytes, where);
  const Directory directory = directory_of(archive);
  if (directory.entries > kMostRecords) archive.refuse("it has too many records");
  std::map<std::string_view, std::string_view> records;
  std::vector<Extent> extents;
  std::uint64_t at = directory.begin;
  for (std::uint64_t i = 0; i < directory.entries; ++i) {
    const Entry entry = next_entry(archive, at);
    const std::string_view record = record_of(archive, entry);
    if (!records.emplace(entry.name, record).second)
      archive.refuse(fmt::format("two records \"{}\"", printable(entry.name)));
    extents.push_back({entry.local_header,
                       static_cast<std::uint64_t>(record.data() - bytes.data()) + record.size()});
  }
  extents.push_back({directory.begin, at});
  check_disjoint(archive, std::move(extents));
  return records;
}

}  // namespace rocm::data::pickled
