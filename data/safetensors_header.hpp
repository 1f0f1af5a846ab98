// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "data/safetensors_dtype.hpp"

namespace rocm::data {

/// One tensor as the header describes it, verified against the file.
struct TensorInfo {
  std::string name;
  const SafetensorsDtype* dtype = nullptr;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< offsets into the byte buffer behind the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::vector<TensorInfo> tensors;  ///< in the order of their bytes
  std::uint64_t buffer_begin = 0;   ///< where offset 0 lies in the file
};

/// Reads and verifies the header of a whole safetensors file, which may be hostile: nothing is
/// allocated from a number in it, and after it the tensors tile the file exactly. Stricter than
/// the reference reader (safetensors 0.8) in this: names must be unique, ranks at most 16, lengths
/// at most 2^63 - 1. Throws Failure(kInput), one message per rule, `where` in front.
[[nodiscard]] SafetensorsHeader parse_safetensors_header(std::span<const std::byte> file,
                                                         const std::string& where);

}  // namespace rocm::data
