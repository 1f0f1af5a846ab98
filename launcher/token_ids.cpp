// SPDX-License-Identifier: Apache-2.0
#include "launcher/token_ids.hpp"

#include <algorithm>

#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include "dist/base/contract.hpp"

namespace rocm::launcher {

at::Tensor token_ids(const std::vector<std::int64_t>& ids, std::int64_t vocabulary,
                     const std::string& where) {
  const std::int64_t largest = *std::ranges::max_element(ids);
  if (largest >= vocabulary)
    fail(ExitCode::kInput,
         {.where = where,
          .problem = fmt::format("token {} has no embedding", largest),
          .because = fmt::format("the network knows {} tokens, its tokenizer more", vocabulary),
          .advice = "use the tokenizer that belongs to the model"});
  return at::tensor(at::ArrayRef<std::int64_t>(ids), at::kLong).unsqueeze(0);
}

}  // namespace rocm::launcher
