// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "data/image.hpp"

namespace rocm::data {

/// Pixels of a PNG or JPEG file (told apart by content) as Pillow's `convert("RGB")` gives them:
/// alpha and transparency dropped, palette resolved, grey repeated, 16-bit colour cut to its high
/// byte, 16-bit grey clipped to 255, CMYK by Adobe's convention; colour profiles, gamma and the
/// orientation in EXIF are not applied. A file that is cut short or damaged is refused, also where
/// Pillow would show part of it. Throws Failure(kInput).
[[nodiscard]] Image read_image(const std::filesystem::path& path);

/// Writes aside and renames, as write_atomically does. Throws Failure(kStorage).
void write_png(const std::filesystem::path& path, const Image& image);

}  // namespace rocm::data
