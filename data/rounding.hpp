// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include <ATen/core/Tensor.h>

namespace rocm::data {

/// `tensor` on the CPU in the type that `path` is to store. Throws Failure(kUsage) when a finite
/// number would become infinite.
[[nodiscard]] at::Tensor rounded_for(const std::filesystem::path& path, const at::Tensor& tensor,
                                     at::ScalarType dtype);

}  // namespace rocm::data
