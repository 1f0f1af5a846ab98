// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "launcher/config/notation.hpp"

namespace rocm::launcher {

/// Of an image [pixels]; written as one integer if it is square, else as [height, width].
struct Resolution {
  std::int64_t height = 0;
  std::int64_t width = 0;

  bool operator==(const Resolution&) const = default;
};

template <>
struct Notation<Resolution> {
  static std::optional<Resolution> read(const Setting& setting, const Field& field);
  static std::string write(const Resolution& value);
  static std::string expected(const Field& field);
};

}  // namespace rocm::launcher
