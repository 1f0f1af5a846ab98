// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rocm::test {

/// A safetensors file of any header, right or wrong, behind any length field.
inline std::string safetensors_bytes(std::string_view header, std::string_view buffer,
                                     std::uint64_t length_B) {
  std::string file(reinterpret_cast<const char*>(&length_B), sizeof(length_B));
  return file.append(header).append(buffer);
}

/// The same with the right length field and `buffer_B` bytes behind the header.
inline std::string safetensors_bytes(std::string_view header, std::size_t buffer_B) {
  return safetensors_bytes(header, std::string(buffer_B, '\0'), header.size());
}

}  // namespace rocm::test
