// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rocm::data {

/// A protocol buffer being written, field by field, in the wire format of the protobuf language
/// guide. Enough for messages that nobody reads back.
class ProtobufMessage {
 public:
  ProtobufMessage& add_integer(std::uint32_t field, std::int64_t value);
  ProtobufMessage& add_float(std::uint32_t field, float value);
  ProtobufMessage& add_double(std::uint32_t field, double value);
  /// A string, bytes, or a message within this one.
  ProtobufMessage& add_bytes(std::uint32_t field, std::string_view bytes);

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

  void begin(std::uint32_t field, WireType type);
  void append_varint(std::uint64_t value);

  std::string bytes_;
};

/// The bytes of an integer, least significant first.
[[nodiscard]] std::string little_endian(std::uint64_t value, int num_bytes);

}  // namespace rocm::data
