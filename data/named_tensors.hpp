// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include <ATen/core/Tensor.h>

namespace rocm::data {

/// What a weights file holds: CPU tensors by name, in byte order of the names.
using NamedTensors = std::map<std::string, at::Tensor>;

}  // namespace rocm::data
