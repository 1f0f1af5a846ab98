// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace rocm::data::pickled {

/// Reads a pickle program from front to back and never past its end. All methods throw
/// Failure(kInput) with the position.
class ProgramReader {
 public:
  /// `where` names the program in messages.
  ProgramReader(std::string_view program, std::string where);

  [[nodiscard]] std::uint8_t opcode();

  /// A little-endian number, as every machine that this program runs on has them.
  template <std::integral T>
  [[nodiscard]] T number() {
    static_assert(std::endian::native == std::endian::little);
    T value = 0;
    std::memcpy(&value, bytes(sizeof(T)).data(), sizeof(T));
    return value;
  }

  /// Eight bytes, the most significant first.
  [[nodiscard]] double big_endian_double();

  [[nodiscard]] std::string_view bytes(std::uint64_t count);

  /// Up to a line feed, without it.
  [[nodiscard]] std::string_view line();

  /// Refuses the program at the present position.
  [[noreturn]] void refuse(const std::string& problem) const;

 private:
  std::string_view program_;
  std::size_t at_ = 0;
  std::string where_;
};

}  // namespace rocm::data::pickled
