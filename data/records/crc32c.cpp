// SPDX-License-Identifier: Apache-2.0
#include "data/records/crc32c.hpp"

#include <array>

namespace rocm::data {
namespace {

constexpr std::uint32_t kReversedPolynomial = 0x82f63b78;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table = {};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? kReversedPolynomial : 0);
    }
    table.at(byte) = remainder;
  }
  return table;
}

constexpr auto kTable = make_table();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) noexcept {
  std::uint32_t remainder = 0xffffffff;
  for (const char byte : bytes) {
    const auto index = static_cast<std::uint8_t>(remainder ^ static_cast<std::uint8_t>(byte));
    remainder = (remainder >> 8) ^ kTable[index];
  }
  return ~remainder;
}

}  // namespace rocm::data
