// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "data/image.hpp"

namespace rocm::data {

/// The bytes of a baseline JPEG file: quality 95, 4:2:0, standard tables, no metadata, which is
/// what Pillow's save(quality=95) writes. Equal pictures give equal bytes. Throws Failure(kInput)
/// for more than 65500 pixels along an edge, which JPEG cannot hold.
[[nodiscard]] std::string encode_jpeg(const Image& image);

}  // namespace rocm::data
