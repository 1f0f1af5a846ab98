// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "data/image.hpp"

namespace rocm::data {

/// Pixels of a JPEG file's bytes, by the rules of read_image. Throws Failure(kInput).
[[nodiscard]] Image decode_jpeg(std::string_view bytes, const std::string& where);

}  // namespace rocm::data
