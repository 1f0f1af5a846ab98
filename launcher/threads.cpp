// SPDX-License-Identifier: Apache-2.0
#include "launcher/threads.hpp"

#include <ATen/Parallel.h>

namespace rocm::launcher {

void use_threads(std::int64_t threads) {
  at::set_num_threads(static_cast<int>(threads));
}

}  // namespace rocm::launcher
