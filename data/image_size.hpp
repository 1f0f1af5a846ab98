// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "data/image.hpp"

namespace rocm::data {

/// A black picture of the size that a file's header states. Throws Failure(kInput) beyond
/// 178,956,970 pixels (where Pillow refuses too): a few bytes of header must not fill the memory.
[[nodiscard]] Image image_of_size(std::uint64_t width, std::uint64_t height,
                                  const std::string& where);

/// What a decoder says of a file that it cannot read.
[[noreturn]] void fail_to_decode(const std::string& where, const char* format, const char* reason);

}  // namespace rocm::data
