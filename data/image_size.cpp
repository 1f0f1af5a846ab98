// SPDX-License-Identifier: Apache-2.0
#include "data/image_size.hpp"

#include <fmt/format.h>

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {
namespace {

constexpr std::uint64_t kMaxPixels = 178'956'970;
constexpr std::uint64_t kMaxSide = 1'000'000;

}  // namespace

Image image_of_size(std::uint64_t width, std::uint64_t height, const std::string& where) {
  const bool fits = 0 < width && width <= kMaxSide && 0 < height && height <= kMaxSide &&
                    width * height <= kMaxPixels;
  if (!fits) {
    fail(ExitCode::kInput, {.where = where,
                            .problem = fmt::format("a picture of {} x {} pixels", width, height),
                            .because = fmt::format("at most {} pixels are read", kMaxPixels),
                            .advice = "check that the file is what it seems, or scale it down"});
  }
  return {.width = static_cast<int>(width),
          .height = static_cast<int>(height),
          .rgb = std::vector<std::uint8_t>(width * height * 3)};
}

void fail_to_decode(const std::string& where, const char* format, const char* reason) {
  fail(ExitCode::kInput, {.where = where,
                          .problem = fmt::format("the {} file cannot be read", format),
                          .because = printable(reason),
                          .advice = "copy or export the picture again"});
}

}  // namespace rocm::data
