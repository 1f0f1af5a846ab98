// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rocm::test {

template <typename T>
void append_number(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

struct ZipRecord {
  std::string name;
  std::string content;
};

/// A zip archive as torch.save writes it: records stored, no sizes in the local headers.
class ZipBytes {
 public:
  static ZipBytes of(const std::vector<ZipRecord>& records) {
    ZipBytes zip;
    for (const ZipRecord& record : records) zip.add(record);
    zip.finish();
    return zip;
  }

  /// Where the directory entry of the record begins.
  [[nodiscard]] std::size_t entry(std::size_t i) const { return end_ - directory_.size() + at_[i]; }

  /// Where the end record begins.
  [[nodiscard]] std::size_t end() const { return end_; }

  std::string bytes;

 private:
  void finish() {
    const auto directory_begin = static_cast<std::uint32_t>(bytes.size());
    bytes += directory_;
    end_ = bytes.size();
    append_number(bytes, std::uint32_t{0x06054b50});
    append_number(bytes, std::uint32_t{0});  // disks
    append_number(bytes, count_);
    append_number(bytes, count_);
    append_number(bytes, static_cast<std::uint32_t>(directory_.size()));
    append_number(bytes, directory_begin);
    append_number(bytes, std::uint16_t{0});  // comment
  }

  void add(const ZipRecord& record) {
    const auto local = static_cast<std::uint32_t>(bytes.size());
    const auto size = static_cast<std::uint32_t>(record.content.size());
    const auto name_size = static_cast<std::uint16_t>(record.name.size());
    append_number(bytes, std::uint32_t{0x04034b50});
    bytes.append(22, '\0');  // version ... sizes: in the directory only
    append_number(bytes, name_size);
    append_number(bytes, std::uint16_t{0});
    bytes += record.name + record.content;
    at_.push_back(directory_.size());
    append_number(directory_, std::uint32_t{0x02014b50});
    directory_.append(16, '\0');  // versions ... checksum
    append_number(directory_, size);
    append_number(directory_, size);
    append_number(directory_, name_size);
    directory_.append(12, '\0');  // extra field ... attributes
    append_number(directory_, local);
    directory_ += record.name;
    ++count_;
  }

  std::string directory_;
  std::vector<std::size_t> at_;
  std::size_t end_ = 0;
  std::uint16_t count_ = 0;
};

}  // namespace rocm::test
