// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

namespace rocm::launcher {

/// A text's ids as a network reads them: int64 [1, L], on the CPU. Throws Failure(kInput) naming
/// `where` unless each is below `vocabulary`, the rows of the network's embedding.
[[nodiscard]] at::Tensor token_ids(const std::vector<std::int64_t>& ids, std::int64_t vocabulary,
                                   const std::string& where);

}  // namespace rocm::launcher
