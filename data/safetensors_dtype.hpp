// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include <ATen/core/Tensor.h>

namespace rocm::data {

/// An element type of the safetensors format.
struct SafetensorsDtype {
  std::string_view name;
  unsigned bits = 0;
  std::optional<at::ScalarType> scalar_type;  ///< none: we cannot compute with it
  int order = 0;  ///< the writer stores higher orders first, so that wide elements stay aligned
};

/// Null when the format knows no such type.
[[nodiscard]] const SafetensorsDtype* find_safetensors_dtype(std::string_view name);

/// Null when the format, or this program, cannot store such elements.
[[nodiscard]] const SafetensorsDtype* find_safetensors_dtype(at::ScalarType type);

}  // namespace rocm::data
