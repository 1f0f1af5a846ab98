// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace rocm {

/// Is it time again at this step? every = 0 means never.
[[nodiscard]] constexpr bool due(std::int64_t every, std::int64_t step) {
  return every > 0 && step % every == 0;
}

}  // namespace rocm
