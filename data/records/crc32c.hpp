// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace rocm::data {

/// CRC-32C (Castagnoli polynomial, RFC 3720): 0xe3069283 for "123456789".
[[nodiscard]] std::uint32_t crc32c(std::string_view bytes) noexcept;

}  // namespace rocm::data
