// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace rocm::launcher {

/// CPU threads of LibTorch in this process. Part of the bitwise promise, so never guessed from the
/// machine: two threads on a busy core are slower than one, and give other bits.
void use_threads(std::int64_t threads);

}  // namespace rocm::launcher
