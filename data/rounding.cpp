// SPDX-License-Identifier: Apache-2.0
#include "data/rounding.hpp"

#include "data/printable.hpp"
#include "dist/base/contract.hpp"

namespace rocm::data {

at::Tensor rounded_for(const std::filesystem::path& path, const at::Tensor& tensor,
                       at::ScalarType dtype) {
  at::Tensor narrow = tensor.detach().cpu().to(dtype);
  if (narrow.isfinite().all().item<bool>() || !tensor.isfinite().all().item<bool>()) return narrow;
  fail(ExitCode::kUsage, {.where = printable_path(path),
                          .problem = "there are numbers beyond the range of the type to store",
                          .because = "they would become infinite",
                          .advice = "write it as bf16 or fp32"});
}

}  // namespace rocm::data
