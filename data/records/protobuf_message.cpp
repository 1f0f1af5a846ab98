// SPDX-License-Identifier: Apache-2.0
#include "data/records/protobuf_message.hpp"

#include <bit>

namespace rocm::data {

ProtobufMessage& ProtobufMessage::add_integer(std::uint32_t field, std::int64_t value) {
  begin(field, WireType::kVarint);
  append_varint(static_cast<std::uint64_t>(value));
  return *this;
}

ProtobufMessage& ProtobufMessage::add_float(std::uint32_t field, float value) {
  begin(field, WireType::kFixed32);
  bytes_ += little_endian(std::bit_cast<std::uint32_t>(value), 4);
  return *this;
}

ProtobufMessage& ProtobufMessage::add_double(std::uint32_t field, double value) {
  begin(field, WireType::kFixed64);
  bytes_ += little_endian(std::bit_cast<std::uint64_t>(value), 8);
  return *this;
}

ProtobufMessage& ProtobufMessage::add_bytes(std::uint32_t field, std::string_view bytes) {
  begin(field, WireType::kLength);
  append_varint(bytes.size());
  bytes_ += bytes;
  return *this;
}

void ProtobufMessage::begin(std::uint32_t field, WireType type) {
  append_varint((std::uint64_t{field} << 3) | static_cast<std::uint64_t>(type));
}

void ProtobufMessage::append_varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7f) | 0x80);
  bytes_ += static_cast<char>(value);
}

std::string little_endian(std::uint64_t value, int num_bytes) {
  std::string bytes;
  for (int i = 0; i < num_bytes; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
  return bytes;
}

}  // namespace rocm::data
