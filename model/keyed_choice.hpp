// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "model/keyed_noise.hpp"

namespace rocm::model {

/// A number of 0 ... size - 1, each as likely as another, for decisions that must not depend on the
/// rank, the number of ranks or where a run was resumed. Philox4x32-10 with key = key.seed xor
/// purpose, subsequence = step * 2^32 + sample, offset 0; the 64-bit number of its first two words
/// (the first is the high one), mod size.
[[nodiscard]] std::int64_t keyed_choice(const NoiseKey& key, std::uint64_t purpose,
                                        std::int64_t size);

}  // namespace rocm::model
