// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "data/jpeg_codec.hpp"
#include "tests/fuzz/hostile_input.hpp"

namespace rocm::fuzz {
namespace {

constexpr int kMaxPixels = 1 << 18;  ///< more is allowed, but only takes time

/// A frame header (FF C0 to FF CF, length, precision, height, width) of a large picture.
bool states_many_pixels(const std::uint8_t* bytes, std::size_t size) {
  for (std::size_t i = 0; i + 9 <= size; ++i) {
    if (bytes[i] != 0xff || (bytes[i + 1] & 0xf0) != 0xc0) continue;
    const int height = bytes[i + 5] << 8 | bytes[i + 6];
    const int width = bytes[i + 7] << 8 | bytes[i + 8];
    if (static_cast<std::int64_t>(height) * width > kMaxPixels) return true;
  }
  return false;
}

}  // namespace

/// A JPEG file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (states_many_pixels(bytes, size)) return 0;
  read_or_refuse([&] { (void)data::decode_jpeg(text_of(bytes, size), "f.jpg"); });
  return 0;
}

}  // namespace rocm::fuzz
