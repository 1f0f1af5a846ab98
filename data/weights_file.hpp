// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "data/named_tensors.hpp"

namespace rocm::data {

/// True for the endings under which torch.save's files are published: .bin, .pt, .pth, .ckpt.
[[nodiscard]] bool is_torch_file_name(const std::filesystem::path& path);

/// Every tensor of one weights file, safetensors or torch.save by its ending, mapped. What a pickle
/// holds beside tensors is named in one warning. Throws Failure(kInput) as SafetensorsFile::open
/// and read_torch_file do.
[[nodiscard]] NamedTensors read_weights_file(const std::filesystem::path& path);

}  // namespace rocm::data
