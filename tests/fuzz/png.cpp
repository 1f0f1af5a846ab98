// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "data/png_codec.hpp"
#include "tests/fuzz/hostile_input.hpp"

namespace rocm::fuzz {
namespace {

constexpr std::uint64_t kMaxPixels = 1 << 18;  ///< more is allowed, but only takes time

/// Pixels that the header states.
std::uint64_t stated_pixels(const std::uint8_t* bytes, std::size_t size) {
  if (size < 24) return 0;
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  for (std::size_t i = 16; i < 20; ++i) width = width << 8 | bytes[i];
  for (std::size_t i = 20; i < 24; ++i) height = height << 8 | bytes[i];
  return width > kMaxPixels || height > kMaxPixels ? 0 : width * height;
}

}  // namespace

/// A PNG file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (stated_pixels(bytes, size) > kMaxPixels) return 0;
  read_or_refuse([&] { (void)data::decode_png(text_of(bytes, size), "f.png"); });
  return 0;
}

}  // namespace rocm::fuzz
