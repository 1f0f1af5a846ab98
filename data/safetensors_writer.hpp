// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "data/named_tensors.hpp"

namespace rocm::data {

/// Metadata of files that transformers and diffusers should load.
[[nodiscard]] inline std::map<std::string, std::string> torch_metadata() {
  return {{"format", "pt"}};
}

/// Writes `tensors` (any device, any strides) as the reference library would, byte for byte: widest
/// element types first, then by name, header padded to 8 bytes; metadata keys in byte order.
/// Complete or absent (AtomicFile). Throws Failure(kStorage).
void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata = torch_metadata());

}  // namespace rocm::data
