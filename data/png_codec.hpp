// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "data/image.hpp"

namespace rocm::data {

/// Pixels of a PNG file's bytes, by the rules of read_image. Throws Failure(kInput).
[[nodiscard]] Image decode_png(std::string_view bytes, const std::string& where);

/// The bytes of an 8-bit RGB PNG file; equal pictures give equal bytes.
[[nodiscard]] std::string encode_png(const Image& image);

}  // namespace rocm::data
