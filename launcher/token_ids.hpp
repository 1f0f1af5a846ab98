// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>

#include "data/clip_tokenizer.hpp"

namespace rocm::launcher {

/// A text's ids as a network reads them: int64 [1, length], on the CPU.
[[nodiscard]] at::Tensor token_ids(const data::ClipTokenizer& tokenizer, const std::string& text,
                                   std::int64_t length);

}  // namespace rocm::launcher
