// SPDX-License-Identifier: Apache-2.0
#include "launcher/token_ids.hpp"

#include <ATen/ops/tensor.h>

namespace rocm::launcher {

at::Tensor token_ids(const data::ClipTokenizer& tokenizer, const std::string& text,
                     std::int64_t length) {
  return at::tensor(at::ArrayRef<std::int64_t>(tokenizer.encode(text, length)), at::kLong)
      .unsqueeze(0);
}

}  // namespace rocm::launcher
