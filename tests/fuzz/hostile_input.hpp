// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "dist/base/contract.hpp"

namespace rocm::fuzz {

/// The fuzzer's bytes as characters.
[[nodiscard]] std::string_view text_of(const std::uint8_t* bytes, std::size_t size);

/// Exactly `count` parts: NUL bytes, which no text of ours may hold, separate them; the last part
/// holds the rest, and parts that are missing are empty.
[[nodiscard]] std::vector<std::string_view> parts_of(std::string_view input, std::size_t count);

/// Throws std::logic_error, a finding, unless people may see `text` on a terminal: UTF-8 without
/// control characters other than line feeds and without characters that reorder text.
void check_shown(std::string_view text);

/// The same for the message of a refusal, which is one line of a sane length and says with its
/// exit code that the input is at fault.
void check_refusal(const Failure& refusal);

/// Lets a reader take hostile bytes or refuse them. Everything else is a finding.
template <class Read>
void read_or_refuse(Read&& read) {
  try {
    read();
  } catch (const Failure& refusal) {
    check_refusal(refusal);
  }
}

}  // namespace rocm::fuzz
